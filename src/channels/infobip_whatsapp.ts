/**
 * WhatsApp through Infobip.
 *
 * With a template name the message goes out as that template (`POST /whatsapp/1/message/template`), which WhatsApp takes at
 * any time. The template must be approved beforehand in category UTILITY with three body placeholders: what happened,
 * the team, and the link with what it does; for example
 * `PagerPal: {{1}}. Team: {{2}}. {{3}} (sent because you are on call)`.
 *
 * Without one it goes out as free text (`POST /whatsapp/1/message/text`), which WhatsApp delivers only within 24 hours after
 * the responder last wrote to the sender: later the answer is still a success and the failure comes in the delivery
 * report. That is for trying things out, not for paging. A code that shows that somebody is reached goes out as free text
 * only: WhatsApp wants a template of another category for it.
 */
import {
  bundlePlaceholders,
  bundleWhatsAppText,
  isBundle,
} from "../domain/delivery/bundle_text.ts";
import {
  noticePlaceholders,
  noticeWhatsApp,
} from "../domain/notices/notice_text.ts";
import {
  whatsAppPlaceholders,
  whatsAppText,
} from "../domain/delivery/page_text.ts";
import { codeWhatsAppText } from "../domain/responders/verification_text.ts";
import type {
  Channel,
  NoticeMessage,
  OutgoingMessage,
  PageMessage,
} from "../ports/channel.ts";
import { permanent } from "./attempt.ts";
import {
  type InfobipAccount,
  type InfobipDeps,
  infobipNumber,
  type InfobipRequest,
  postToInfobip,
  secretIn,
} from "./infobip_api.ts";

export interface InfobipWhatsAppOptions extends InfobipAccount {
  /** The account's WhatsApp number, with or without `+`. */
  sender: string;
  /** null sends free text. `language` must be the approved one, as `en` or `en_GB`. */
  template: { name: string; language: string } | null;
}

/** Promises a channel for WhatsApp. */
export function createInfobipWhatsApp(
  options: InfobipWhatsAppOptions,
  deps: InfobipDeps,
): Channel {
  return {
    kind: "whatsapp",
    provider: "Infobip",
    async send(message, signal) {
      const to = infobipNumber(message.address);
      if (to === null) return permanent("The number is not in E.164 form.");
      const request = whatsAppRequest({ ...options, to }, message);
      if (request === null) return permanent(NO_TEMPLATE_FOR_CODES);
      return await postToInfobip(options, request, { ...deps, signal });
    },
  };
}

// WhatsApp refuses codes in templates of other categories (Meta, "Authentication templates").
const NO_TEMPLATE_FOR_CODES =
  "WhatsApp takes a code only as a template of the category Authentication, and only a template for pages is set up.";

/** Promises the request, or null where what is set up has no form for the message. */
function whatsAppRequest(
  options: InfobipWhatsAppOptions & { to: string },
  message: OutgoingMessage,
): InfobipRequest | null {
  const messageId = message.idempotencyKey;
  const secret = secretIn(message);
  const common = {
    from: options.sender.replace(/^\+/, ""),
    to: options.to,
    messageId,
    callbackData: messageId,
    ...(options.receiptUrl === null ? {} : { notifyUrl: options.receiptUrl }),
    urlOptions: { shortenUrl: false, trackClicks: false },
  };
  if (options.template === null) {
    const content = { text: textOf(message), previewUrl: false };
    const body = { ...common, content };
    return { path: "/whatsapp/1/message/text", body, messageId, secret };
  }
  if (message.kind === "verification") return null;
  const content = {
    templateName: options.template.name,
    templateData: { body: { placeholders: placeholdersOf(message) } },
    language: options.template.language,
  };
  return {
    path: "/whatsapp/1/message/template",
    body: { messages: [{ ...common, content }] },
    messageId,
    secret,
  };
}

function textOf(message: OutgoingMessage): string {
  if (message.kind === "verification") return codeWhatsAppText(message);
  if (message.kind === "notice") return noticeWhatsApp(message);
  return isBundle(message)
    ? bundleWhatsAppText(message)
    : whatsAppText(message);
}

function placeholdersOf(message: PageMessage | NoticeMessage): string[] {
  if (message.kind === "notice") return noticePlaceholders(message);
  return isBundle(message)
    ? bundlePlaceholders(message)
    : whatsAppPlaceholders(message);
}
