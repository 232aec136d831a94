/** The real process: `main.ts` as `deno task start` runs it, on a free port, with its own database. */
import { Buffer } from "node:buffer";
import config from "../../deno.json" with { type: "json" };

export interface ServerOptions {
  /** Beside the usual settings. */
  env: Record<string, string>;
  /** The same again after a crash. */
  port?: number;
}

export interface Reply {
  status: number;
  // deno-lint-ignore no-explicit-any -- a test looks into it as it likes
  body: any;
}

const ROOT = new URL("../../", import.meta.url);

export class Server {
  readonly port: number;
  readonly pid: number;
  /** Milliseconds from the start of the process to its first word that it listens. */
  startedWithinMs = 0;
  readonly #child: Deno.ChildProcess;
  readonly #output: string[] = [];
  readonly #ended: Promise<void>[];

  private constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.pid = child.pid;
    this.port = port;
    this.#ended = [this.#read(child.stdout), this.#read(child.stderr)];
  }

  /** Settles when the process listens; throws with what it said when it ends instead. */
  static async start(
    { env, port = freePort() }: ServerOptions,
  ): Promise<Server> {
    const startedMs = performance.now();
    const child = new Deno.Command(Deno.execPath(), {
      args: startArguments(),
      cwd: ROOT,
      env: { ENVIRONMENT: "test", PORT: String(port), ...env },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const server = new Server(child, port);
    await server.#untilListening();
    server.startedWithinMs = performance.now() - startedMs;
    return server;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What it has written so far. */
  get output(): string {
    return this.#output.join("");
  }

  /** Sends JSON; `auth` is `email:password`, `key` a source's key. */
  async request(
    method: string,
    path: string,
    { body, auth, key, headers }: {
      body?: unknown;
      auth?: string;
      key?: string;
      headers?: Record<string, string>;
    } = {},
  ): Promise<Reply> {
    const response = await fetch(this.baseUrl + path, {
      method,
      redirect: "manual",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(auth
          ? { authorization: `Basic ${Buffer.from(auth).toString("base64")}` }
          : {}),
        ...(key ? { "x-api-key": key } : {}),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json");
    return { status: response.status, body: json ? JSON.parse(text) : text };
  }

  /** Ends it as a crash would, at this very moment. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Promise.all(this.#ended);
  }

  /** Ends it in order; tells the exit code. */
  async stop(): Promise<number> {
    try {
      this.#child.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    const { code } = await this.#child.status;
    await Promise.all(this.#ended);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #untilListening(): Promise<void> {
    const ended = this.#child.status.then(({ code }) => {
      throw new Error(`The process ended with ${code}: ${this.output}`);
    });
    while (!this.output.includes("listens on")) {
      await Promise.race([ended, this.#spoke.promise]);
    }
    ended.catch(() => {});
  }

  #spoke = Promise.withResolvers<void>();

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      this.#output.push(chunk);
      this.#spoke.resolve();
      this.#spoke = Promise.withResolvers();
    }
  }
}

/** What `deno task start` passes to deno, so that a test runs just that. */
function startArguments(): string[] {
  const [deno, ...args] = config.tasks.start.command.split(" ");
  if (deno !== "deno") throw new Error(`deno task start runs ${deno}`);
  return args;
}

/** Promises a port that nobody listens on at this moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Runs one of our scripts to its end; throws with what it said when it fails. */
export async function script(
  name: string,
  { args = [], env, input = "" }: {
    args?: string[];
    env: Record<string, string>;
    input?: string;
  },
): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `scripts/${name}.ts`, ...args],
    cwd: ROOT,
    env: { ENVIRONMENT: "test", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${said}`);
  return said;
}

/** Settles with the first value that is not null or undefined; throws when none came in time. */
export async function until<T>(
  look: () => Promise<T | null | undefined>,
  what: string,
  timeoutMs = 30_000,
): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`Never saw ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
