/**
 * A server that speaks S3, from the npm registry, on a free port of this machine, with its objects in a folder of its own:
 *
 *     await using s3 = await S3Server.start({ buckets: ["backups"] });
 *     s3.env                      // what a program needs to find it and be let in
 *     s3.refuse("PUT");           // from now on as one whom the bucket's policy does not let do this
 *     s3.requests                 // ["PUT /backups/a.db", ...]
 *
 * It asks for a known access key. Signatures it does not compare: it takes the address of a bucket with and without the
 * last slash for two, which the signature is not made of.
 */
import type { AddressInfo } from "node:net";
import S3rver from "npm:@20minutes/s3rver@5.0.0";

/** The key that s3rver knows. */
const KEY = "S3RVER";

/** What is used of the server, which has no types of its own: a Koa application. */
interface Application {
  middleware: Middleware[];
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
  httpServer: { closeAllConnections(): void };
}

type Middleware = (
  context: { method: string; path: string; status: number; body: string },
  next: () => Promise<void>,
) => Promise<void>;

export class S3Server {
  /** Without a slash at the end. */
  readonly url: string;
  /** Method and path of every request, in the order in which they came. */
  readonly requests: string[];
  readonly #application: Application;
  readonly #refused: Set<string>;
  readonly #folder: string;

  private constructor(
    parts: {
      address: AddressInfo;
      application: Application;
      requests: string[];
      refused: Set<string>;
      folder: string;
    },
  ) {
    this.url = `http://127.0.0.1:${parts.address.port}`;
    this.requests = parts.requests;
    this.#application = parts.application;
    this.#refused = parts.refused;
    this.#folder = parts.folder;
  }

  /** Promises a server that answers and has these buckets, empty. */
  static async start({ buckets }: { buckets: string[] }): Promise<S3Server> {
    const folder = await Deno.makeTempDir({ prefix: "pagerpal_s3_" });
    const application: Application = new S3rver({
      address: "127.0.0.1",
      port: 0,
      silent: true,
      directory: folder,
      vhostBuckets: false,
      allowMismatchedSignatures: true,
      configureBuckets: buckets.map((name) => ({ name })),
    });
    const requests: string[] = [];
    const refused = new Set<string>();
    application.middleware.unshift(async (context, next) => {
      requests.push(`${context.method} ${context.path}`);
      if (!refused.has(context.method)) return await next();
      context.status = 403;
      context.body =
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    });
    const address = await application.run();
    return new S3Server({ address, application, requests, refused, folder });
  }

  /** The variables by which AWS's own tools find a server and a key. */
  get env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_S3: this.url,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: KEY,
      AWS_SECRET_ACCESS_KEY: KEY,
    };
  }

  /** Answers requests of this method with 403 from now on. */
  refuse(method: string): void {
    this.#refused.add(method);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#application.close();
    this.#application.httpServer.closeAllConnections();
    await closed;
    await Deno.remove(this.#folder, { recursive: true });
  }
}
