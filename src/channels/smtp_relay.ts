/** The mail relay as the settings have it: how it is reached, what it is told of us, and whether it lets us in. */
import addressparser from "nodemailer/lib/addressparser";
import { errorOf } from "./attempt.ts";
import { smtpFailure } from "./smtp_outcome.ts";

export interface SmtpOptions {
  host: string;
  /** 465 is TLS from the first byte; any other port begins in the clear and changes over with STARTTLS. */
  port: number;
  /** The login; null, both, for a relay that knows us by our network address. */
  user: string | null;
  password: string | null;
  /** An address, or a name and an address: `PagerPal <pager@example.com>`. */
  from: string;
  /** PEM of a private authority to trust besides the public ones. */
  ca?: string;
}

/** All below the 10 seconds that an attempt has, so that the reason given is the server's own step. */
const TIMEOUTS = {
  dnsTimeout: 4_000,
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  socketTimeout: 8_000,
  socketCloseTimeout: 1_000,
};

/** Promises how nodemailer reaches the relay and what it says of us; `domain` is the sender's. */
export function relayOptions(options: SmtpOptions, domain: string) {
  return {
    ...TIMEOUTS,
    ...security(options),
    host: options.host,
    port: options.port,
    // Named here, as reading the machine's name needs a permission; a mail domain is what a relay wants to see.
    name: domain,
  };
}

/**
 * Promises null once the relay has let us in, by login where there is one, or why it did not, in words without the
 * password. No mail is sent. Never throws.
 */
export async function tryLogin(
  options: SmtpOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const secrets = secretsOf(options);
  try {
    const domain = senderDomain(options.from);
    const { default: nodemailer } = await import("nodemailer");
    const transport = nodemailer.createTransport(relayOptions(options, domain));
    await transport.verify();
    return null;
  } catch (error) {
    return errorOf(smtpFailure(error, { signal, secrets }));
  }
}

function security(options: SmtpOptions) {
  const { user, password, port } = options;
  // Nobody listens between a machine and itself, and a relay there rarely has a certificate for "localhost".
  const loopback = isLoopback(options.host);
  return {
    secure: port === 465,
    // Otherwise STARTTLS is used where it is offered, which somebody on the way can suppress.
    requireTLS: password !== null && !loopback,
    tls: {
      minVersion: "TLSv1.2" as const,
      rejectUnauthorized: !loopback,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
    ...(user === null || password === null
      ? {}
      : { auth: { user, pass: password } }),
  };
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** Promises the host of the sender's address; throws when `from` holds no address. */
export function senderDomain(from: string): string {
  const address = addressparser(from, { flatten: true })[0]?.address ?? "";
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  if (!isAddress(address)) {
    throw new Error("The sender of mail is not a mail address.");
  }
  // As a URL host, so that an international name takes its ASCII form.
  return new URL(`http://${domain}`).hostname;
}

/** Whether it is one addr-spec, without the rare quoted forms; what separates addresses in a header is not in it. */
export function isAddress(text: string): boolean {
  return text.length <= 254 &&
    /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u.test(text);
}

/** Promises what must not be repeated of what the relay says. */
export function secretsOf({ user, password }: SmtpOptions): string[] {
  // AUTH PLAIN sends both as one (RFC 4616).
  return password === null ? [] : [password, `\0${user}\0${password}`];
}
