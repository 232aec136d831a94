/** Posts the demonstration's alerts as monitoring systems do. */
import { INTAKE_PATHS } from "../../src/http/intake_paths.ts";
import type { SourceKind } from "../../src/domain/intake/alert_source.ts";
import { CommandError } from "../command.ts";
import type { DemoAlert } from "./alerts.ts";

/** By the source's name. */
export type SourceKeys = ReadonlyMap<string, { kind: SourceKind; key: string }>;

interface Posting {
  /** No trailing slash. */
  baseUrl: string;
  keys: SourceKeys;
  fetch: typeof fetch;
}

/** Promises how many were taken: all of them, or a CommandError says why not. */
export async function postAlerts(
  alerts: readonly DemoAlert[],
  { baseUrl, keys, fetch }: Posting,
): Promise<number> {
  for (const { source, body } of alerts) {
    const to = keys.get(source);
    if (!to) throw new Error(`No key for the demonstration's source ${source}`);
    const url = baseUrl + INTAKE_PATHS[to.kind];
    const response = await reach(url, {
      fetch,
      headers: { "content-type": "application/json", "x-api-key": to.key },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (response.status === 401) {
      throw new CommandError(
        `The PagerPal at ${baseUrl} does not know the key that was just made. Does it use another database?`,
      );
    }
    if (!response.ok) {
      throw new CommandError(
        `${url} answered ${response.status} to an alert of “${source}”: ${
          answer.slice(0, 500)
        }`,
      );
    }
  }
  return alerts.length;
}

async function reach(
  url: string,
  { fetch, headers, body }: {
    fetch: Posting["fetch"];
    headers: Record<string, string>;
    body: string;
  },
): Promise<Response> {
  const signal = AbortSignal.timeout(10_000);
  try {
    return await fetch(url, { method: "POST", headers, body, signal });
  } catch (error) {
    // fetch says only that it failed; why is in the cause.
    const cause = error instanceof Error ? error.cause ?? error : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(
      `PagerPal does not answer at ${url} (${why}). Start it with "deno task start", or name another address with ` +
        `--base-url, and run this again: it will then post the alerts.`,
    );
  }
}
