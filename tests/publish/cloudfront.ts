/** A stand-in for CloudFront that writes down what it is asked, and answers as CloudFront does. */

export interface Invalidation {
  distribution: string;
  paths: string[];
}

export class FakeCloudFront {
  readonly url: string;
  readonly invalidations: Invalidation[] = [];
  /** The distributions that there are. */
  readonly distributions = new Set(["E2EXAMPLE51Z"]);
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  static start(): FakeCloudFront {
    return new FakeCloudFront();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const [, distribution = ""] =
      /^\/2020-05-31\/distribution\/(\w+)\/invalidation$/.exec(pathname) ?? [];
    const body = await request.text();
    if (!this.distributions.has(distribution)) {
      return xml(
        404,
        "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchDistribution</Code><Message>The specified distribution does not exist.</Message></Error></ErrorResponse>",
      );
    }
    const paths = [...body.matchAll(/<Path>(.*?)<\/Path>/g)]
      .map(([, path = ""]) => path);
    this.invalidations.push({ distribution, paths });
    return xml(
      201,
      `<Invalidation><Id>I1EXAMPLE</Id><Status>InProgress</Status></Invalidation>`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function xml(status: number, body: string): Response {
  return new Response(`<?xml version="1.0"?>${body}`, {
    status,
    headers: { "content-type": "text/xml" },
  });
}
