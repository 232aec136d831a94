/** One process of PagerPal that is killed, held still and started again at the same address. */
import { freePort, Server } from "../../tests/process/server.ts";

export class Node {
  readonly name: string;
  readonly port = freePort();
  readonly #env: Record<string, string>;
  #server: Server | null = null;

  constructor(name: string, env: Record<string, string>) {
    this.name = name;
    this.#env = env;
  }

  get server(): Server {
    if (!this.#server) throw new Error(`${this.name} is down.`);
    return this.#server;
  }

  async start(): Promise<void> {
    this.#server = await Server.start({ env: this.#env, port: this.port });
  }

  /** kill -9, at this very moment. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.kill();
  }

  /** Nothing of it runs until `goOn`. */
  holdStill(): void {
    Deno.kill(this.server.pid, "SIGSTOP");
  }

  goOn(): void {
    if (this.#server) Deno.kill(this.#server.pid, "SIGCONT");
  }

  /** SIGTERM; settles when it has ended. */
  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = null;
  }
}
