/**
 * What a mail server's answer means for a message. 4yz may work later and 5yz will not (RFC 5321, section 4.2.1); a cut after
 * the final dot leaves it unknown, and the next attempt carries the same Message-ID so that receivers can drop the second.
 */
import {
  type Attempt,
  misconfigured,
  permanent,
  providerWords,
  retry,
  unanswered,
} from "./attempt.ts";

/** What nodemailer tells of a failure. */
interface SmtpError {
  code: string;
  /** Of the system, as ECONNREFUSED, or what took too long, as GREETING_TIMEOUT. */
  cause: string;
  command: string;
  responseCode: number;
  response: string;
  message: string;
}

/** Promises the attempt's result for anything that nodemailer threw, in words that hold none of the secrets. */
export function smtpFailure(
  thrown: unknown,
  context: { signal: AbortSignal; secrets: string[] },
): Attempt {
  if (context.signal.aborted) {
    return unanswered("The mail server did not answer in time.");
  }
  const error = readError(thrown);
  const said = providerWords(error.response, context.secrets);
  return error.responseCode >= 400
    ? answered(error, said)
    : disconnected(error);
}

function answered(error: SmtpError, said: string): Attempt {
  const { responseCode: status, code, command } = error;
  const forRecipient = command === "RCPT TO";
  if (status < 500) {
    const result = retry(`The mail server asks to try later (${said}).`);
    // A greylisted or full mailbox says nothing of the server's health; 421 says that it is going away.
    return forRecipient && status !== 421
      ? { ...result, scope: "address" }
      : result;
  }
  if (code === "ETLS") {
    return misconfigured(
      `The mail server offers no encryption, which we require (${said}).`,
    );
  }
  if (code === "EAUTH" || status === 530 || status === 535) {
    return misconfigured(`The mail server refused our credentials (${said}).`);
  }
  if (forRecipient) {
    return permanent(`The mail server refused the address (${said}).`);
  }
  return command === "DATA"
    ? permanent(`The mail server refused the message (${said}).`)
    : misconfigured(`The mail server refused us (${said}).`);
}

function disconnected({ code, cause, message }: SmtpError): Attempt {
  if (/certificate|UnknownIssuer|self.signed/i.test(message)) {
    return misconfigured("The mail server's certificate is not trusted.");
  }
  switch (code) {
    case "EAUTH":
      return misconfigured(
        "The mail server takes no login of the kind we have.",
      );
    case "EENVELOPE":
      return permanent("The address cannot be written to a mail server.");
    case "ETLS":
      return misconfigured(
        "The mail server offers no encryption, which we require.",
      );
    case "EDNS":
      return retry("The mail server's name was not found.");
    case "ETIMEDOUT":
      return (BEFORE_THE_MAIL.has(cause) ? retry : unanswered)(
        "The mail server did not answer in time.",
      );
    default:
      return (BEFORE_THE_MAIL.has(cause) ? retry : unanswered)(
        "The connection to the mail server failed.",
      );
  }
}

/** Where nodemailer's errors of a connection come from before a mail is on it; any other may come after the final dot. */
const BEFORE_THE_MAIL = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CONNECT_TIMEOUT",
  "GREETING_TIMEOUT",
  "UPGRADE_TIMEOUT",
]);

function readError(thrown: unknown): SmtpError {
  const fields: Record<string, unknown> =
    typeof thrown === "object" && thrown !== null ? { ...thrown } : {};
  const text = (value: unknown) => typeof value === "string" ? value : "";
  return {
    code: text(fields["code"]),
    cause: text(fields["originalCode"]) || text(fields["timeoutType"]),
    command: text(fields["command"]),
    responseCode: typeof fields["responseCode"] === "number"
      ? fields["responseCode"]
      : 0,
    response: text(fields["response"]),
    message: thrown instanceof Error ? thrown.message : "",
  };
}
