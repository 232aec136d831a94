/**
 * One connection that stays open, for one request after the other (RFC 9112). fetch() would cost this process more than
 * the request costs the pager, and the two share the machine.
 */

export interface Answer {
  status: number;
  /** The body as text. */
  body(): string;
}

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "\r\n0\r\n\r\n";

export class RequestConnection implements Disposable {
  readonly #socket: Deno.TcpConn;
  readonly #buffer = new Uint8Array(64 * 1024);
  // One byte is one character, so that lengths agree.
  readonly #decoder = new TextDecoder("latin1");

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  static async open(
    { hostname, port }: { hostname: string; port: number },
  ): Promise<RequestConnection> {
    const socket = await Deno.connect({ hostname, port });
    socket.setNoDelay(true);
    return new RequestConnection(socket);
  }

  /** Promises the answer to a whole request; throws when the connection ends first. */
  async ask(request: Uint8Array): Promise<Answer> {
    for (let sent = 0; sent < request.length;) {
      sent += await this.#socket.write(request.subarray(sent));
    }
    let text = "";
    for (;;) {
      const count = await this.#socket.read(this.#buffer);
      if (count === null) throw new Error("The connection was closed.");
      text += this.#decoder.decode(this.#buffer.subarray(0, count));
      const answer = answerIn(text);
      if (answer !== null) return answer;
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** Promises the answer when all of it is there. */
function answerIn(text: string): Answer | null {
  const end = text.indexOf(HEAD_END);
  if (end < 0) return null;
  const head = text.slice(0, end);
  const start = end + HEAD_END.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isWhole = length === undefined
    ? text.endsWith(LAST_CHUNK) || /^HTTP\/1\.1 [123]04/.test(head)
    : text.length >= start + Number(length);
  if (!isWhole) return null;
  const body = () => utf8(text.slice(start));
  return { status: Number(head.slice(9, 12)), body };
}

function utf8(latin1: string): string {
  const bytes = Uint8Array.from(latin1, (each) => each.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
