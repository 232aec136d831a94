/** Mail through one SMTP relay, over a pool of connections. */
import type { SendMailOptions } from "nodemailer";
import { urgencyOf } from "../domain/intake/alert.ts";
import { bundleMailContent } from "../domain/delivery/bundle_mail.ts";
import { isBundle } from "../domain/delivery/bundle_text.ts";
import { mailContent, mailPlainText } from "../domain/delivery/mail_text.ts";
import { noticeMail, noticePlainText } from "../domain/notices/notice_text.ts";
import { cleanLine } from "../domain/text.ts";
import {
  codeMail,
  codeMailText,
} from "../domain/responders/verification_text.ts";
import type {
  Channel,
  NoticeMessage,
  OutgoingMessage,
  PageMessage,
  VerificationMessage,
} from "../ports/channel.ts";
import { permanent } from "./attempt.ts";
import {
  createCodeHtml,
  createMailHtml,
  createNoticeHtml,
} from "./mail_html.ts";
import { smtpFailure } from "./smtp_outcome.ts";
import {
  isAddress,
  relayOptions,
  secretsOf,
  senderDomain,
  type SmtpOptions,
} from "./smtp_relay.ts";

/** A channel that holds connections open. */
export interface SmtpChannel extends Channel {
  /** Lets go of idle connections at once, and of busy ones when their mail is through. */
  close(): void;
}

/** What carries mails to the relay, as nodemailer's own does. */
export interface MailTransport {
  /** Promises the id that the relay was given. Throws as nodemailer does, and when the signal aborts. */
  sendMail(
    mail: SendMailOptions & { signal: AbortSignal },
  ): Promise<{ messageId: string }>;
  /** See `SmtpChannel.close`. */
  close(): void;
}

/** Promises a channel for mail, over connections to the relay unless told otherwise. Throws when `from` holds no address. */
export function createSmtp(
  options: SmtpOptions,
  openMail: (domain: string) => MailTransport = (domain) =>
    connections(options, domain),
): SmtpChannel {
  const domain = senderDomain(options.from);
  const writing = {
    domain,
    html: createMailHtml(),
    codeHtml: createCodeHtml(),
    noticeHtml: createNoticeHtml(),
  };
  const transport = openMail(domain);
  const secrets = secretsOf(options);
  return {
    kind: "email",
    provider: "SMTP",
    async send(message, signal) {
      if (!isAddress(message.address)) {
        return permanent("The address is not a mail address.");
      }
      try {
        const sent = await transport.sendMail({
          ...envelope(message, domain),
          ...partsOf(message, writing),
          from: options.from,
          signal,
        });
        return { outcome: "sent", providerMessageId: sent.messageId };
      } catch (error) {
        const code = message.kind === "verification" ? [message.code] : [];
        const hidden = [...secrets, ...code];
        return smtpFailure(error, { signal, secrets: hidden });
      }
    },
    close: () => transport.close(),
  };
}

/** The library is loaded for the first mail and not at the start of the process. */
function connections(options: SmtpOptions, domain: string): MailTransport {
  let opened: ReturnType<typeof openPool> | undefined;
  return {
    async sendMail(mail) {
      opened ??= openPool(options, domain);
      return await (await opened).sendMail(mail);
    },
    close: () => void opened?.then((pool) => pool.close()),
  };
}

async function openPool(options: SmtpOptions, domain: string) {
  const { default: nodemailer } = await import("nodemailer");
  return nodemailer.createTransport({
    pool: true,
    ...relayOptions(options, domain),
    maxConnections: 10,
    // A connection that the server closed while it was idle is noticed only on use.
    maxRequeues: 2,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

interface Writing {
  domain: string;
  html: ReturnType<typeof createMailHtml>;
  codeHtml: ReturnType<typeof createCodeHtml>;
  noticeHtml: ReturnType<typeof createNoticeHtml>;
}

/** What every mail has. The Message-ID is the same at every attempt (RFC 5322, section 3.6.4). */
function envelope(message: OutgoingMessage, domain: string) {
  return {
    to: {
      name: cleanLine(message.responderName, 100),
      address: message.address,
    },
    messageId: `<${message.idempotencyKey}@${domain}>`,
    headers: {
      // Vacation programs must not answer (RFC 3834, section 5; MS-OXCMAIL, section 2.1.3.2.20).
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
    },
  };
}

function partsOf(message: OutgoingMessage, writing: Writing) {
  switch (message.kind) {
    case "verification":
      return codeParts(message, writing);
    case "notice":
      return noticeParts(message, writing);
    default:
      return pageParts(message, writing);
  }
}

function noticeParts(message: NoticeMessage, { noticeHtml }: Writing) {
  const mail = noticeMail(message);
  return {
    subject: mail.subject,
    text: noticePlainText(mail),
    html: noticeHtml(mail),
  };
}

/**
 * All mails of one incident to one responder hang on a root that is named but never sent, so that any may come first; a
 * mail about several incidents, or about none, hangs on nothing.
 */
function pageParts(message: PageMessage, { domain, html }: Writing) {
  const bundled = isBundle(message);
  const content = bundled ? bundleMailContent(message) : mailContent(message);
  const { kind, incident } = message;
  const wakes = kind === "page" && urgencyOf(incident.severity) === "high";
  return {
    subject: content.subject,
    text: mailPlainText(content),
    html: html(content),
    ...bundled || incident.id === null ? {} : threadOf(message, domain),
    priority: wakes ? "high" as const : "normal" as const,
  };
}

function threadOf(message: PageMessage, domain: string) {
  const root = threadRoot(message, domain);
  return { inReplyTo: root, references: root };
}

function codeParts(message: VerificationMessage, { codeHtml }: Writing) {
  const content = codeMail(message);
  return {
    subject: content.subject,
    text: codeMailText(content),
    html: codeHtml(content),
    priority: "high" as const,
  };
}

function threadRoot(message: PageMessage, domain: string): string {
  const { id, openedAtMs } = message.incident;
  // The opening tells this incident from one of the same number in a database that was set up anew.
  const incident = `${id}-${openedAtMs.toString(36)}`;
  return `<incident-${incident}.responder-${message.responderId}@${domain}>`;
}
