/**
 * A mail server on a free port of this machine, which keeps what it is sent.
 *
 *     await using smtp = await FakeSmtp.start();
 *     smtp.answerNext({ at: "rcpt", code: 550, text: "5.1.1 no such user" }); // for the next mail; then "accept" again
 *     const mail = await smtp.waitFor((each) => each.to === "maya@example.com");
 */
import type { AddressInfo } from "node:net";
import { simpleParser } from "npm:mailparser@3.14.2";
import { SMTPServer, type SMTPServerSession } from "npm:smtp-server@3.21.6";
import { Waiters } from "./waiters.ts";

/** What to answer to one mail. */
export type SmtpAnswer =
  | "accept"
  /** Refuses at a step. Connections are kept open between mails, so `connect` and `auth` show on the first only. */
  | { at: SmtpStep; code: number; text: string }
  /** Takes the whole mail and then cuts the connection: an unknown outcome. */
  | "accept_then_reset"
  /** Takes the whole mail and answers nothing. */
  | "hang";

export type SmtpStep = "connect" | "auth" | "mail" | "rcpt" | "data";

export interface ReceivedMail {
  atMs: number;
  /** The envelope's one recipient, and its sender. */
  to: string;
  envelopeFrom: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  /** By lower-case name, unfolded and still encoded. */
  headers: Map<string, string>;
  /** The login, if there was one. */
  user: string | null;
  encrypted: boolean;
  /** As it came over the wire. */
  raw: string;
}

export interface FakeSmtpOptions {
  port?: number;
  /** Asks for this login; without it takes mail from anybody. */
  credentials?: { user: string; password: string };
  /** PEM; offers STARTTLS with it. Without it there is no encryption. */
  certificate?: { key: string; cert: string };
}

export class FakeSmtp {
  /** Every mail taken, in order of arrival. */
  readonly mails: ReceivedMail[] = [];
  readonly #server: SMTPServer;
  readonly #waiters = new Waiters<ReceivedMail>();
  readonly #hung = Promise.withResolvers<void>();
  #port = 0;
  #next: SmtpAnswer[] = [];
  #always: SmtpAnswer = "accept";

  private constructor({ credentials, certificate }: FakeSmtpOptions) {
    this.#server = new SMTPServer({
      logger: false,
      disableReverseLookup: true,
      authOptional: credentials === undefined,
      allowInsecureAuth: certificate === undefined,
      disabledCommands: [
        ...(certificate === undefined ? ["STARTTLS"] : []),
        ...(credentials === undefined ? ["AUTH"] : []),
      ],
      closeTimeout: 100,
      ...certificate,
      onConnect: (_session, done) => done(this.#refusal("connect")),
      onAuth: (auth, _session, done) => {
        const refusal = this.#refusal("auth");
        if (refusal) return done(refusal);
        const known = auth.username === credentials?.user &&
          auth.password === credentials?.password;
        done(known ? null : refuse(535, "5.7.8 authentication failed"), {
          user: known ? auth.username : undefined,
        });
      },
      onMailFrom: (_address, _session, done) => done(this.#refusal("mail")),
      onRcptTo: (_address, _session, done) => done(this.#refusal("rcpt")),
      onData: (stream, session, done) => {
        const chunks: Uint8Array[] = [];
        stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        stream.on("end", async () => {
          const refusal = this.#refusal("data");
          if (refusal) return done(refusal);
          const answer = this.#take();
          if (answer === "hang") return this.#hung.resolve();
          const mail = await parse(chunks, session);
          if (answer === "accept_then_reset") this.cutConnections();
          else done();
          this.mails.push(mail);
          this.#waiters.arrived(mail);
        });
      },
    });
    // A client that breaks off is what some tests are about.
    this.#server.on("error", () => {});
  }

  /** Listens on the loopback, on a free port unless told which. */
  static async start(options: FakeSmtpOptions = {}): Promise<FakeSmtp> {
    const fake = new FakeSmtp(options);
    await new Promise<void>((resolve) =>
      fake.#server.listen(options.port ?? 0, "127.0.0.1", resolve)
    );
    fake.#port = (fake.#server.server.address() as AddressInfo).port;
    return fake;
  }

  /** Stays the same after the close, so that a test can bring it back there. */
  get port(): number {
    return this.#port;
  }

  /** Settles when a client waits for an answer that does not come. */
  get hung(): Promise<void> {
    return this.#hung.promise;
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#server.connections.size;
  }

  /** Answers the next mails so, one each, before what holds always. */
  answerNext(...answers: SmtpAnswer[]): void {
    this.#next.push(...answers);
  }

  answerAlways(answer: SmtpAnswer): void {
    this.#always = answer;
  }

  /** Resolves with the first mail, past or to come, for which this holds; rejects after `timeoutMs`. */
  waitFor(
    holds: (mail: ReceivedMail) => boolean,
    timeoutMs = 10_000,
  ): Promise<ReceivedMail> {
    return this.#waiters.waitFor(this.mails, holds, timeoutMs);
  }

  async close(): Promise<void> {
    this.cutConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #refusal(step: SmtpStep): Error | null {
    const answer = this.#next[0] ?? this.#always;
    if (typeof answer === "string" || answer.at !== step) return null;
    this.#take();
    return refuse(answer.code, answer.text);
  }

  #take(): SmtpAnswer {
    return this.#next.shift() ?? this.#always;
  }

  /** Drops all clients without a word. */
  cutConnections(): void {
    for (const connection of this.#server.connections) {
      connection._socket.destroy();
    }
  }
}

function refuse(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

async function parse(
  chunks: Uint8Array[],
  session: SMTPServerSession,
): Promise<ReceivedMail> {
  const raw = new TextDecoder().decode(
    await new Blob(chunks as BlobPart[]).bytes(),
  );
  const parsed = await simpleParser(raw);
  const { mailFrom, rcptTo } = session.envelope;
  return {
    atMs: Date.now(),
    to: rcptTo[0]?.address ?? "",
    envelopeFrom: mailFrom === false ? "" : mailFrom.address,
    subject: parsed.subject ?? "",
    text: parsed.text ?? "",
    html: parsed.html || "",
    messageId: parsed.messageId ?? "",
    headers: new Map(
      parsed.headerLines.map(({ key, line }) => [
        key,
        line.replace(/^[^:]*:\s*/, "").replace(/\r?\n\s+/g, " "),
      ]),
    ),
    user: session.user ?? null,
    encrypted: session.secure,
    raw,
  };
}
