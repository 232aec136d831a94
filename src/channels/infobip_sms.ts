/** SMS through Infobip's `POST /sms/3/messages`. */
import anyAscii from "any-ascii";
import { bundleSmsText, isBundle } from "../domain/delivery/bundle_text.ts";
import { noticeSms } from "../domain/notices/notice_text.ts";
import { smsText } from "../domain/delivery/page_text.ts";
import { codeSmsText } from "../domain/responders/verification_text.ts";
import type { Channel, OutgoingMessage } from "../ports/channel.ts";
import { permanent } from "./attempt.ts";
import {
  type InfobipAccount,
  type InfobipDeps,
  infobipNumber,
  postToInfobip,
  secretIn,
} from "./infobip_api.ts";

export interface InfobipSmsOptions extends InfobipAccount {
  /** A number or a name that the account may send as. */
  sender: string;
}

/** A page that arrives later wakes somebody for nothing; Infobip's own default is 48 hours. */
const VALIDITY = { amount: 15, timeUnit: "MINUTES" } as const;

/** Promises a channel for SMS. */
export function createInfobipSms(
  options: InfobipSmsOptions,
  deps: InfobipDeps,
): Channel {
  return {
    kind: "sms",
    provider: "Infobip",
    async send(message, signal) {
      const to = infobipNumber(message.address);
      if (to === null) return permanent("The number is not in E.164 form.");
      const request = {
        path: "/sms/3/messages",
        body: smsBody({ ...options, to }, message),
        messageId: message.idempotencyKey,
        secret: secretIn(message),
      };
      return await postToInfobip(options, request, { ...deps, signal });
    },
  };
}

function smsBody(
  options: InfobipSmsOptions & { to: string },
  message: OutgoingMessage,
) {
  const delivery = options.receiptUrl === null
    ? {}
    // Also tells what is under way, as "with the operator".
    : { delivery: { url: options.receiptUrl, intermediateReport: true } };
  return {
    messages: [{
      sender: options.sender,
      destinations: [{ to: options.to, messageId: message.idempotencyKey }],
      content: { text: textOf(message) },
      options: { validityPeriod: VALIDITY },
      webhooks: {
        ...delivery,
        contentType: "application/json",
        callbackData: message.idempotencyKey,
      },
    }],
    // An account may rewrite links to Infobip's own domain, which preview robots then open.
    options: { tracking: { shortenUrl: false, trackClicks: false } },
  };
}

function textOf(message: OutgoingMessage): string {
  if (message.kind === "verification") return codeSmsText(message);
  if (message.kind === "notice") return noticeSms(message, anyAscii);
  return isBundle(message)
    ? bundleSmsText(message, anyAscii)
    : smsText(message, anyAscii);
}
