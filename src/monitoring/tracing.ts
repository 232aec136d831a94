/**
 * Spans by the OpenTelemetry that is built into Deno (`OTEL_DENO=true`). Deno's own spans hold whole addresses, with the
 * keys that some senders have in their path, and cannot be told not to; so they are switched off
 * (`OTEL_DENO_TRACING=false`) and these are made instead, which name a route by its pattern.
 */
import {
  type Context,
  type ContextManager,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";
import { type Tracing, UNTRACED } from "./untraced.ts";

/**
 * Promises spans that Deno exports as the environment says; work that throws marks its span, without its words. Where Deno
 * has no OpenTelemetry running (it reads OTEL_DENO from the environment and not from `.env`) it is UNTRACED.
 */
export function createTracing(version: string): Tracing {
  const provider: TracerProvider = Deno.telemetry.tracerProvider;
  const manager: ContextManager = Deno.telemetry.contextManager;
  const tracer = provider.getTracer("pagerpal", version);
  try {
    tracer.startSpan("start").end();
  } catch {
    return UNTRACED;
  }
  return {
    following: (headers, work) => {
      const named = propagation.extract(manager.active(), headers, IN_HEADERS);
      return manager.with(named, work);
    },
    span: (name, attributes, work) =>
      tracer.startActiveSpan(
        name,
        { attributes: { ...attributes }, kind: kindOf(attributes) },
        async (span) => {
          try {
            return await work((more) => span.setAttributes({ ...more }));
          } catch (error) {
            // What was thrown may hold anything, so only its kind is told.
            span.setAttribute("error.type", nameOf(error));
            span.setStatus({ code: SpanStatusCode.ERROR });
            throw error;
          } finally {
            span.end();
          }
        },
      ),
    traceId: () => traceIdOf(manager.active()),
  };
}

/** Baggage is text from outside, and nobody here asks for it. */
const FOLLOWED = ["traceparent", "tracestate"];

const IN_HEADERS = {
  keys: () => FOLLOWED,
  get: (headers: Headers, name: string) =>
    FOLLOWED.includes(name) ? headers.get(name) ?? undefined : undefined,
};

function kindOf(attributes: Readonly<Record<string, unknown>>): SpanKind {
  return "http.route" in attributes ? SpanKind.SERVER : SpanKind.INTERNAL;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}

function traceIdOf(context: Context): string | null {
  return trace.getSpan(context)?.spanContext().traceId ?? null;
}
