/** Infobip and a mail relay as the simulated processes see them, with everything that can go wrong on the way. */
import type { Outside } from "../../src/compose/outside.ts";
import type { ChannelKind } from "../../src/domain/responders/people.ts";
import type { Chance } from "./chance.ts";
import type { Journal } from "./journal.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Owner } from "./timers.ts";

/** One attempt to hand a message to a provider. */
export interface Call {
  node: Owner;
  channel: ChannelKind;
  /** As a contact method has it. */
  to: string;
  /** The idempotency key, as the provider gets it. */
  key: string;
  text: string;
  startedMs: number;
  /** When the caller had its answer or gave up; null while it waits. */
  endedMs: number | null;
  /** When the provider had the message; null where it never got it. */
  takenMs: number | null;
  /** The provider knew the key and did not send it again. */
  wasKnown: boolean;
  answer: Answer;
  /** The caller was not told what became of the message. */
  endedUnknown: boolean;
  /** The notifications that it tells of, as far as the database knows when it leaves. */
  ids: readonly number[];
}

const ANSWERS = [
  "error",
  "busy",
  "reject",
  "cut",
  "hang",
  "take_then_cut",
  "take_then_hang",
  "late",
] as const;
/** `accept` but for what is simulated to go wrong. `late` is accepted, and answered about when the caller gives up. */
type Answer = "accept" | (typeof ANSWERS)[number];

const TAKES: readonly Answer[] = [
  "accept",
  "take_then_cut",
  "take_then_hang",
  "late",
];

const GAVE_UP = "gave up waiting";
const CUT_OFF = "was cut off";
/** After these the message may be there. So it may after a 500; a mail server's refusal is a refusal. */
const UNKNOWN = [GAVE_UP, CUT_OFF];

export interface ProvidersOptions {
  scheduler: Scheduler;
  chance: Chance;
  journal: Journal;
  /** How likely it is now that something goes wrong, and whether this channel's provider is down altogether. */
  faults(channel: ChannelKind): { likely: number; down: boolean };
  /** Hears of each call when it begins. */
  onCall(call: Call): void;
  /** Hears of each message that a person gets. */
  onTaken(call: Call): void;
}

/** What the providers belong to: always there, never still. */
export const OUTSIDE: Owner = {
  name: "outside",
  alive: true,
  stillUntilMs: 0,
};

export class Providers {
  readonly calls: Call[] = [];
  readonly #known = new Set<string>();
  readonly #options: ProvidersOptions;

  constructor(options: ProvidersOptions) {
    this.#options = options;
  }

  /** Promises the network as this process sees it. */
  network(node: Owner): Pick<Outside, "fetch" | "openMail"> {
    return {
      fetch: (input, init) => this.#fetch(node, String(input), init),
      openMail: () => ({
        sendMail: async (mail) => {
          const { messageId = "", to, subject = "", text, signal } = mail;
          const message = {
            channel: "email" as const,
            to: (to as { address: string }).address,
            key: messageId.slice(1, messageId.indexOf("@")),
            text: `${subject}\n${text}`,
          };
          const call = await this.#send(node, message, signal);
          const failure = MAIL_FAILURES[call.answer];
          if (failure) throw failure;
          return { messageId };
        },
        close: () => {},
      }),
    };
  }

  async #fetch(
    node: Owner,
    url: string,
    init: RequestInit | undefined,
  ): Promise<Response> {
    const call = await this.#send(
      node,
      readRequest(url, String(init?.body)),
      init?.signal ?? new AbortController().signal,
    );
    return respond(call);
  }

  /** Promises the call once its answer is there. Throws when the connection is cut or the caller gives up. */
  #send(
    node: Owner,
    message: Pick<Call, "channel" | "to" | "key" | "text">,
    signal: AbortSignal,
  ): Promise<Call> {
    const { scheduler, chance, onCall } = this.#options;
    const call: Call = {
      ...message,
      node,
      startedMs: scheduler.nowMs,
      endedMs: null,
      takenMs: null,
      wasKnown: false,
      endedUnknown: false,
      ids: [],
      answer: this.#answer(message.channel),
    };
    this.calls.push(call);
    this.#tell(
      call,
      `calls ${call.channel} ${call.to} ${call.key.slice(0, 8)}`,
    );
    onCall(call);
    const { promise, resolve, reject } = Promise.withResolvers<Call>();
    const late = call.answer === "late" ? chance.int(8_000, 13_000) : 0;
    const wayMs = chance.int(1, 400);
    const backMs = wayMs + late + chance.int(1, 400);
    const takes = TAKES.includes(call.answer);
    const after = (ms: number, label: string, run: () => void) =>
      scheduler.timers.set(OUTSIDE, { ms, label }, run);
    if (takes) after(wayMs, "arrival", () => this.#take(call));
    const end = (how: () => void, words: string) => {
      if (call.endedMs !== null || !node.alive) return;
      call.endedMs = scheduler.nowMs;
      call.endedUnknown = UNKNOWN.includes(words) ||
        words === "error" && call.channel !== "email";
      this.#tell(call, `${call.channel} ${call.key.slice(0, 8)}: ${words}`);
      how();
    };
    signal.addEventListener(
      "abort",
      () => end(() => reject(signal.reason), GAVE_UP),
    );
    if (call.answer === "hang" || call.answer === "take_then_hang") {
      return promise;
    }
    after(
      backMs,
      "answer",
      () =>
        scheduler.soon(
          node,
          `answer ${call.key.slice(0, 8)}`,
          () =>
            call.answer.endsWith("cut")
              ? end(
                () => reject(new TypeError("connection reset")),
                CUT_OFF,
              )
              : end(() => resolve(call), call.answer),
        ),
    );
    return promise;
  }

  #answer(channel: ChannelKind): Answer {
    const { chance, faults } = this.#options;
    const { likely, down } = faults(channel);
    if (down) return chance.pick(["cut", "hang", "error"] as const);
    return chance.happens(likely) ? chance.pick(ANSWERS) : "accept";
  }

  #take(call: Call): void {
    call.takenMs = this.#options.scheduler.nowMs;
    // Infobip turns a repeated id away; nobody does so for mail.
    call.wasKnown = call.channel !== "email" && this.#known.has(call.key);
    this.#known.add(call.key);
    if (call.wasKnown) return;
    this.#options.journal.tell(
      "outside",
      `${call.channel} to ${call.to}: ${call.text.split("\n")[0]}`,
    );
    this.#options.onTaken(call);
  }

  #tell({ node }: Call, what: string): void {
    this.#options.journal.tell(node.name, what);
  }
}

const PENDING = { groupId: 1, groupName: "PENDING", id: 26, name: "PENDING" };
const REJECTED = { groupId: 5, groupName: "REJECTED", id: 52, name: "NO" };
const DUPLICATE = { groupId: 5, groupName: "REJECTED", id: 23, name: "TWICE" };

function respond({ answer, key, wasKnown }: Call): Response {
  if (answer === "error") return new Response("{}", { status: 500 });
  if (answer === "busy") {
    const headers = { "Retry-After": "7" };
    return new Response("{}", { status: 429, headers });
  }
  const status = answer === "reject"
    ? REJECTED
    : wasKnown
    ? DUPLICATE
    : PENDING;
  return Response.json({ messages: [{ messageId: key, status }] });
}

// deno-lint-ignore no-explicit-any -- our own request, as our own channel wrote it
function readRequest(url: string, text: string, body: any = JSON.parse(text)) {
  if (url.endsWith("/sms/3/messages")) {
    const [message] = body.messages;
    const [destination] = message.destinations;
    return {
      channel: "sms" as const,
      to: `+${destination.to}`,
      key: destination.messageId as string,
      text: message.content.text as string,
    };
  }
  return {
    channel: "whatsapp" as const,
    to: `+${body.to}`,
    key: body.messageId as string,
    text: body.content.text as string,
  };
}

const MAIL_FAILURES: Partial<Record<Answer, Error>> = {
  error: mailError(451, "DATA"),
  busy: mailError(421, "CONN"),
  reject: mailError(550, "RCPT TO"),
};

/** As nodemailer throws them. */
function mailError(responseCode: number, command: string): Error {
  return Object.assign(new Error("refused"), {
    code: "EENVELOPE",
    command,
    responseCode,
    response: `${responseCode} refused`,
  });
}
