import { readPosted } from "../form.ts";
/**
 * A test alert that takes the whole way of a real one: a request with a key, through the same door. PagerPal keeps no key,
 * so the page that has just shown it sends it along, and later whoever asks pastes it: that also tells whether the key
 * that the monitoring system holds is the right one.
 */
import { sourceKeyId } from "../../app/secrets.ts";
import type { AlertSource } from "../../domain/intake/alert_source.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { z } from "zod";
import { demandSource, showSource } from "./alert_source.ts";
import { intakeUrl } from "./alert_source_form.ts";
import { showKey } from "./alert_source_key.ts";
import type { WebDeps } from "../deps.ts";

import { testAlert } from "../view/sources/test_alert.ts";

export interface TestResult {
  ok: boolean;
  /** What became of it, in a sentence. */
  text: string;
  /** The test incident; null where there is none. */
  incidentId: number | null;
}

/** The parts of the intake's answers that are looked at. */
const Answer = z.object({
  id: z.number().optional(),
  incident_id: z.number().nullish(),
  incident_ids: z.array(z.number()).optional(),
  outcome: z.string().optional(),
  opened: z.number().optional(),
  detail: z.string().optional(),
}).catch({});

/** Adds `POST /alert-sources/{id}/test`. */
export function addTestAlert(routes: Routes, deps: WebDeps): void {
  routes.page("/alert-sources/{id}/test", "admin", async (c: EdgeContext) => {
    const { form } = await readPosted(c, deps);
    const source = await demandSource(c, deps);
    const key = form.text("api_key");
    const known = form.has("shown_key");
    if (sourceKeyId(key) !== source.keyId) {
      const errors = { api_key: wrongKey(source, key) };
      return showSource(c, deps, { source, errors });
    }
    const test = await knock(deps, { source, key });
    deps.changes.kick();
    return known && test.ok
      ? showKey(c, deps, { source, key, fresh: "known", test })
      : showSource(c, deps, { source, test });
  }, "post");
}

function wrongKey({ keyId }: AlertSource, key: string): string {
  if (key === "") return "Paste the key that the monitoring system holds.";
  return sourceKeyId(key) === null
    ? "This is no key: a key is 32 letters and digits and begins with pp."
    : `This is the key of another source, or an older one. The key of this source begins with pp${keyId}.`;
}

async function knock(
  deps: WebDeps,
  { source, key }: { source: AlertSource; key: string },
): Promise<TestResult> {
  const response = await deps.frontDoor(
    new Request(intakeUrl(deps, source.kind), {
      method: "POST",
      headers: { "x-api-key": key, "content-type": "application/json" },
      body: JSON.stringify(testAlert(source.kind, deps.clock())),
    }),
  );
  const answer = Answer.parse(await response.json().catch(() => ({})));
  if (!response.ok) {
    return {
      ok: false,
      incidentId: null,
      text: `The front door refused it (${response.status}): ${
        answer.detail ?? "no reason given"
      }`,
    };
  }
  const incidentId = answer.id ?? answer.incident_ids?.[0] ??
    answer.incident_id ?? null;
  const opened = answer.outcome === "opened" || (answer.opened ?? 0) > 0;
  return { ok: true, incidentId, text: arrivedWords(incidentId, opened) };
}

function arrivedWords(incidentId: number | null, opened: boolean): string {
  if (incidentId === null) {
    return "It came in and was noted; it concerns no open incident.";
  }
  return opened
    ? "It came in through the front door and opened a test incident. It pages nobody and closes by itself after 10 minutes."
    : "It came in through the front door. The test incident of before is still open, so it is counted there.";
}
