/** Alerts come in: key, rate, size, format, then one transaction. Answered 2xx means recorded. */
import { z } from "@hono/zod-openapi";
import { getLogger } from "@logtape/logtape";
import type { IngestResult } from "../app/intake/ingest.ts";
import {
  SOURCE_KINDS,
  type SourceKind,
} from "../domain/intake/alert_source.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import { Problem, retryAfter } from "../http/problem.ts";
import {
  decodeText,
  type HeldBody,
  overloaded,
  readBody,
} from "../http/read_body.ts";
import type { Routes } from "../http/routes.ts";
import type { SourceWithPolicy } from "../ports/directory_repositories.ts";
import type { SourceReading } from "../ports/source_format.ts";
import { StoreConflictError } from "../ports/store.ts";
import type { ApiDeps } from "./deps.ts";
import {
  type IntakeAnswer,
  Noted,
  Opened,
  shownGeneric,
  shownGroup,
  Taken,
} from "./intake_answer.ts";
import { demandSource } from "./intake_key.ts";
import { INTAKE_PATHS } from "../http/intake_paths.ts";

const log = getLogger(["pagerpal", "intake"]);

const BODY_BYTES = { event: 512 * 1024, group: 5 * 1024 * 1024 };
const WITHIN_MS = 30_000;
/** Requests under way at once; beyond that the service sheds. */
const MOST_AT_ONCE = 2_000;

const DESCRIPTIONS: Record<SourceKind, string> = {
  generic: "An alert in PagerPal's own form.",
  grafana: "Grafana's webhook contact point, unified or legacy.",
  cloudwatch: "Amazon SNS over HTTP(S), or an EventBridge API destination.",
  alertmanager: "Alertmanager's webhook receiver, version 4.",
};

/** Adds both forms of every intake route, with the key in a header and with the key in the path. */
export function addIntake(routes: Routes, deps: ApiDeps): void {
  let atOnce = 0;
  const queue = deps.intakeQueue;
  for (const kind of SOURCE_KINDS) {
    const handle = async (c: EdgeContext): Promise<Response> => {
      if (atOnce >= MOST_AT_ONCE || queue.isFull()) throw overloaded();
      atOnce++;
      try {
        const answer = await takeIn(c, deps, kind);
        return c.json(answer.body, answer.status);
      } finally {
        atOnce--;
      }
    };
    for (const method of ["post", "put"] as const) {
      for (const inPath of [false, true]) {
        routes.raw({
          method,
          path: INTAKE_PATHS[kind] + (inPath ? "/{key}" : "") as `/${string}`,
          access: "source_key",
          name: `${method}${kind[0]?.toUpperCase()}${kind.slice(1)}Alert${
            inPath ? "ByPath" : ""
          }`,
          tag: "Intake",
          summary: DESCRIPTIONS[kind],
          description:
            "The body is read whatever its Content-Type says. A key in the path is for senders that cannot set headers.",
          ...(inPath ? { params: z.object({ key: z.string() }) } : {}),
          rawBody: { description: DESCRIPTIONS[kind] },
          problems: [403, 415, 422],
          answers: kind === "generic"
            ? { 200: z.union([Opened, Noted]), 201: Opened, 202: Taken }
            : { 200: Noted, 202: Taken },
        }, handle);
      }
    }
  }
}

async function takeIn(
  c: EdgeContext,
  deps: ApiDeps,
  kind: SourceKind,
): Promise<IntakeAnswer> {
  const { clock, intakeQueue: { checkKey } } = deps;
  const { origin, retryAfterMs } = await demandSource(c, { checkKey, kind });
  const { source } = origin;
  if (retryAfterMs > 0) throw tooMany(retryAfterMs);
  let held: HeldBody | undefined;
  try {
    held = await readLimited(c, deps, kind);
    const body = decodeText(held.bytes);
    const reading = await deps.sources[kind].read({
      body,
      headers: c.req.raw.headers,
      source,
      nowMs: clock(),
    });
    return await follow(deps, { origin, reading, kind });
  } catch (error) {
    if (error instanceof Problem && error.status < 500) {
      await remember(deps, { origin, problem: error.message });
    }
    throw error;
  } finally {
    held?.release();
  }
}

function readLimited(
  c: EdgeContext,
  deps: ApiDeps,
  kind: SourceKind,
): Promise<HeldBody> {
  const encoding = c.req.header("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new Problem(
      415,
      "unsupported_encoding",
      "Send the body without compression (no Content-Encoding).",
    );
  }
  return readBody(c.req.raw, {
    bytes: BODY_BYTES[deps.sources[kind].bodyLimit],
    withinMs: WITHIN_MS,
    budget: deps.bodyBudget,
  });
}

async function follow(
  deps: ApiDeps,
  { origin, reading, kind }: {
    origin: SourceWithPolicy;
    reading: SourceReading;
    kind: SourceKind;
  },
): Promise<IntakeAnswer> {
  switch (reading.kind) {
    case "alerts": {
      const result = await ingested(deps, origin, reading);
      const single = kind === "generic" && reading.alerts.length === 1;
      return single
        ? await shownGeneric(deps.store, origin, result)
        : shownGroup(result);
    }
    case "handled":
      await deps.store.sources.update(
        origin.source.id,
        reading.update,
        deps.clock(),
      );
      if (reading.problem !== null) {
        await remember(deps, { origin, problem: reading.problem });
      }
      return {
        status: 200,
        body: {
          status: "handled",
          message: reading.message,
          incident_id: null,
        },
      };
    case "unavailable":
      throw new Problem(503, "source_unavailable", reading.message, {
        headers: retryAfter(10_000),
      });
    case "refused": {
      const { status, code, message, field } = reading;
      const errors = field === null ? {} : {
        errors: [{ field, message, code }],
      };
      throw new Problem(status, code, message, errors);
    }
  }
}

/** A conflict that ingesting could not settle is our trouble: a sender drops what is refused with 4xx. */
async function ingested(
  deps: ApiDeps,
  origin: SourceWithPolicy,
  { alerts, messageId, warning }: Extract<SourceReading, { kind: "alerts" }>,
): Promise<IngestResult> {
  try {
    const arrival = { alerts, messageId, warning };
    return await deps.intakeQueue.ingest({ origin, arrival });
  } catch (error) {
    throw error instanceof StoreConflictError ? overloaded() : error;
  }
}

/** Shows the problem on the source. Never fails: the sender's answer is more important. */
async function remember(
  { store, clock }: ApiDeps,
  { origin, problem }: { origin: SourceWithPolicy; problem: string },
): Promise<void> {
  try {
    await store.sources.recordProblem(origin.source.id, problem, clock());
  } catch (error) {
    log.warn("The problem of a source could not be recorded", {
      source_id: origin.source.id,
      error,
    });
  }
}

function tooMany(retryAfterMs: number): Problem {
  return new Problem(
    429,
    "rate_limited",
    "This source sends more than its share. Send the request again later.",
    { headers: retryAfter(retryAfterMs) },
  );
}
