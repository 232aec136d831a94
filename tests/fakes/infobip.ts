/**
 * Infobip as its documentation describes it, on a free port of this machine: SMS v3, WhatsApp text and template.
 *
 *     await using infobip = await FakeInfobip.start();
 *     infobip.answerNext({ rejected: 52 }, "reset");   // for the next two requests; then "accept" again
 *     infobip.answerAlways("hang");                    // until told otherwise
 *     const page = await infobip.waitFor((each) => each.to === "447700900123");
 *
 * It remembers message ids, and turns a repeated one away as a duplicate, as Infobip does. Whoever asks for the log, which
 * is empty, is answered as the next sender would be.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Waiters } from "./waiters.ts";

/** What to answer to one request. */
export type InfobipAnswer =
  /** As the documentation says: 401, 400, a duplicate, or accepted. */
  | "accept"
  /** 200 with a status of the rejected group and this id. */
  | { rejected: number }
  /** 200 with any status. */
  | { messageStatus: { groupId: number; id: number; name: string } }
  /** Any HTTP answer. */
  | { status: number; body?: string; headers?: Record<string, string> }
  /** Takes the message and then cuts the connection: an unknown outcome. */
  | "accept_then_reset"
  /** Takes the message and then says nothing until the client goes away. */
  | "accept_then_hang"
  /** Takes the message, and answers as documented once this settles. */
  | { acceptAfter: Promise<unknown> }
  /** Cuts the connection without an answer. */
  | "reset"
  /** Answers nothing until the client goes away. */
  | "hang";

export interface InfobipRequest {
  atMs: number;
  channel: "sms" | "whatsapp";
  path: string;
  headers: Record<string, string>;
  /** The parsed JSON. */
  // deno-lint-ignore no-explicit-any -- a test looks into it as it likes
  body: any;
  /** Digits. */
  to: string;
  messageId: string;
  /** The text; for a template its placeholders, one to a line. */
  text: string;
  /** Where the sender wants delivery reports, if anywhere. */
  reportTo: string | null;
  /** Whether it was taken as a new message: a phone would ring. */
  taken: boolean;
  /** How it was answered. */
  answer: InfobipAnswer;
}

export class FakeInfobip {
  /** Every request in order of arrival. */
  readonly requests: InfobipRequest[] = [];
  /** How often the log was asked for. */
  logsRead = 0;
  readonly #server: Server;
  readonly #apiKey: string;
  readonly #waiters = new Waiters<InfobipRequest>();
  readonly #seenIds = new Set<string>();
  #port = 0;
  #next: InfobipAnswer[] = [];
  #always: InfobipAnswer = "accept";

  private constructor(apiKey: string) {
    this.#apiKey = apiKey;
    this.#server = createServer((request, response) => {
      this.#handle(request).then((reply) => {
        if (reply === "reset") return request.socket.destroy();
        if (reply === "hang") return;
        response.writeHead(reply.status, reply.headers);
        response.end(reply.body);
      });
    });
  }

  /** Listens on the loopback, on a free port, unless told where; only `apiKey` is let in. */
  static async start(
    { apiKey = "test-api-key", hostname = "127.0.0.1", port = 0 } = {},
  ): Promise<FakeInfobip> {
    const fake = new FakeInfobip(apiKey);
    await new Promise<void>((resolve) =>
      fake.#server.listen(port, hostname, resolve)
    );
    fake.#port = (fake.#server.address() as AddressInfo).port;
    return fake;
  }

  /** Stays the same after the close, so that a test can bring it back there. */
  get port(): number {
    return this.#port;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What was taken as new messages. */
  get taken(): InfobipRequest[] {
    return this.requests.filter((each) => each.taken);
  }

  /** Answers the next requests so, one each, before what holds always. */
  answerNext(...answers: InfobipAnswer[]): void {
    this.#next.push(...answers);
  }

  answerAlways(answer: InfobipAnswer): void {
    this.#always = answer;
  }

  /** Resolves with the first request, past or to come, for which this holds; rejects after `timeoutMs`. */
  waitFor(
    holds: (request: InfobipRequest) => boolean,
    timeoutMs = 10_000,
  ): Promise<InfobipRequest> {
    return this.#waiters.waitFor(this.requests, holds, timeoutMs);
  }

  /** Cuts all connections and listens no more; once is enough, twice does no harm. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #handle(incoming: IncomingMessage): Promise<Reply | "reset" | "hang"> {
    if (incoming.method === "GET") return this.#log(incoming);
    const request = await readRequest(incoming);
    const answer = this.#next.shift() ?? this.#always;
    request.answer = answer;
    const reply = this.#reply(request, answer);
    this.requests.push(request);
    this.#waiters.arrived(request);
    if (typeof answer === "object" && "acceptAfter" in answer) {
      await answer.acceptAfter;
    }
    return reply;
  }

  #reply(request: InfobipRequest, answer: InfobipAnswer) {
    if (answer === "reset" || answer === "hang") return answer;
    if (typeof answer === "string") {
      const reply = this.#asDocumented(request);
      if (answer === "accept") return reply;
      return answer === "accept_then_reset" ? "reset" : "hang";
    }
    if ("acceptAfter" in answer) return this.#asDocumented(request);
    if ("status" in answer) {
      const { status, body = "", headers = {} } = answer;
      return { status, body, headers };
    }
    return message(
      request,
      "rejected" in answer
        ? { groupId: 5, id: answer.rejected, name: "REJECTED" }
        : answer.messageStatus,
    );
  }

  #log({ headers, url }: IncomingMessage): Reply | "reset" | "hang" {
    this.logsRead++;
    const answer = this.#next.shift() ?? this.#always;
    if (answer === "reset" || answer === "hang") return answer;
    if (typeof answer === "object" && "status" in answer) {
      const { status, body = "", headers = {} } = answer;
      return { status, body, headers };
    }
    if (headers["authorization"] !== `App ${this.#apiKey}`) return STRANGER;
    return url === "/sms/3/logs?limit=1"
      ? json(200, { results: [] })
      : json(404, {});
  }

  #asDocumented(request: InfobipRequest): Reply {
    if (request.headers["authorization"] !== `App ${this.#apiKey}`) {
      return STRANGER;
    }
    if (!/^[1-9]\d{6,14}$/.test(request.to) || request.text === "") {
      return json(400, {
        errorCode: "E400",
        description: "Request cannot be processed.",
        violations: [{ property: "messages", violation: "is not valid" }],
      });
    }
    if (this.#seenIds.has(request.messageId)) {
      return message(request, DUPLICATE);
    }
    this.#seenIds.add(request.messageId);
    request.taken = true;
    return message(request, PENDING);
  }
}

interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const PENDING = { groupId: 1, id: 26, name: "PENDING_ACCEPTED" };
const DUPLICATE = {
  groupId: 5,
  id: 23,
  name: "REJECTED_DUPLICATE_MESSAGE_ID",
};
const GROUP_NAMES = [
  "ACCEPTED",
  "PENDING",
  "UNDELIVERABLE",
  "DELIVERED",
  "EXPIRED",
  "REJECTED",
];

function message(
  request: InfobipRequest,
  status: { groupId: number; id: number; name: string },
): Reply {
  const answer = {
    messageId: request.messageId,
    status: {
      groupName: GROUP_NAMES[status.groupId] ?? "UNHEARD_OF",
      description: "",
      ...status,
    },
    ...(request.channel === "sms"
      ? { destination: request.to, details: { messageCount: 1 } }
      : { to: request.to, messageCount: 1 }),
  };
  return json(
    200,
    request.path === "/whatsapp/1/message/text"
      ? answer
      : { bulkId: "bulk-1", messages: [answer] },
  );
}

function json(status: number, body: unknown): Reply {
  return {
    status,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
}

const STRANGER = json(401, {
  requestError: {
    serviceException: {
      messageId: "UNAUTHORIZED",
      text: "Invalid login details",
    },
  },
});

async function readRequest(incoming: IncomingMessage): Promise<InfobipRequest> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
  const path = incoming.url ?? "";
  const body = JSON.parse(text);
  return {
    atMs: Date.now(),
    path,
    headers: incoming.headers as Record<string, string>,
    body,
    taken: false,
    answer: "accept",
    ...(path === "/sms/3/messages" ? readSms(body) : readWhatsApp(body)),
  };
}

type Content = Pick<
  InfobipRequest,
  "channel" | "to" | "messageId" | "text" | "reportTo"
>;

// deno-lint-ignore no-explicit-any -- as `body` above
function readSms(body: any): Content {
  const message = body.messages[0];
  return {
    channel: "sms",
    to: message.destinations[0].to,
    messageId: message.destinations[0].messageId,
    text: message.content.text,
    reportTo: message.webhooks?.delivery?.url ?? null,
  };
}

// deno-lint-ignore no-explicit-any -- as `body` above
function readWhatsApp(body: any): Content {
  const message = body.messages?.[0] ?? body;
  return {
    channel: "whatsapp",
    to: message.to,
    messageId: message.messageId,
    text: message.content.text ??
      message.content.templateData.body.placeholders.join("\n"),
    reportTo: message.notifyUrl ?? null,
  };
}
