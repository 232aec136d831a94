/** An OpenTelemetry collector on a free port of this machine: takes OTLP over HTTP as JSON and keeps all of it. */

export interface CollectedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  /** 1 internal, 2 server, 3 client (opentelemetry-proto, trace.proto). */
  kind: number;
  attributes: Record<string, string>;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface ExportedTraces {
  resourceSpans: {
    scopeSpans: {
      spans: (Omit<CollectedSpan, "attributes"> & {
        attributes: Attribute[];
      })[];
    }[];
  }[];
}

export class OtlpCollector {
  readonly #bodies: string[] = [];
  readonly #spans: CollectedSpan[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const body = await request.text();
        this.#bodies.push(body);
        const { pathname } = new URL(request.url);
        if (pathname === "/v1/traces") this.#take(JSON.parse(body));
        return Response.json({});
      },
    );
  }

  static start(): OtlpCollector {
    return new OtlpCollector();
  }

  /** What makes a process on Deno export everything to here, soon. */
  get environment(): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_DENO_TRACING: "false",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
  }

  /** Every byte that came, traces, logs and metrics. */
  get text(): string {
    return this.#bodies.join("\n");
  }

  /** The first span of this name; null for none yet. */
  span(name: string): CollectedSpan | null {
    return this.#spans.find((each) => each.name === name) ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #take({ resourceSpans }: ExportedTraces): void {
    for (const { scopeSpans } of resourceSpans) {
      for (const { spans } of scopeSpans) {
        for (const { attributes, ...span } of spans) {
          const named = attributes.map(({ key, value }) => [
            key,
            String(Object.values(value)[0]),
          ]);
          this.#spans.push({ ...span, attributes: Object.fromEntries(named) });
        }
      }
    }
  }
}
