/** Signing certificates of SNS, fetched once and kept. */
import { X509Certificate } from "node:crypto";
import { type Fetch, fetchText } from "./aws_fetch.ts";

const MOST_KEPT = 8;
const FRESH_MS = 24 * 3_600_000;
const BUDGET = { failures: 5, withinMs: 60_000 };

export type CertificateAnswer =
  | { ok: true; certificate: X509Certificate }
  | { ok: false; message: string };

/** Who makes us ask (a source's id), and the present instant, epoch milliseconds. */
export interface CertificateAsker {
  sourceId: number;
  nowMs: number;
}

export interface SigningCertificates {
  /**
   * Promises the certificate at a URL that was checked before, or why there is none now. Requests for one URL are
   * shared; a source whose requests failed 5 times within a minute causes no more for that minute, so that made-up
   * URLs cannot make us poll AWS. Never throws.
   */
  get(url: string, asker: CertificateAsker): Promise<CertificateAnswer>;
}

/** Promises a store that keeps the last few certificates for a day, and longer while AWS cannot be reached. */
export function createSigningCertificates(fetch: Fetch): SigningCertificates {
  const kept = new Map<
    string,
    { certificate: X509Certificate; atMs: number }
  >();
  const pending = new Map<string, Promise<CertificateAnswer>>();
  const failures = createFailureBudget();

  async function load(
    url: string,
    { sourceId, nowMs }: CertificateAsker,
  ): Promise<CertificateAnswer> {
    const giveBack = failures.take(sourceId, nowMs);
    if (giveBack === null) {
      return { ok: false, message: "too many certificates could not be had" };
    }
    const answer = parse(await fetchText(fetch, url));
    if (!answer.ok) return answer;
    giveBack();
    kept.delete(url);
    kept.set(url, { certificate: answer.certificate, atMs: nowMs });
    const oldest = kept.keys().next();
    if (kept.size > MOST_KEPT && !oldest.done) kept.delete(oldest.value);
    return answer;
  }

  function share(url: string, asker: CertificateAsker) {
    const running = pending.get(url);
    if (running) return running;
    const loading = load(url, asker).finally(() => pending.delete(url));
    pending.set(url, loading);
    return loading;
  }

  return {
    async get(url, asker) {
      const known = kept.get(url);
      if (known) {
        // The last one used is the last one forgotten.
        kept.delete(url);
        kept.set(url, known);
      }
      if (known && asker.nowMs < known.atMs + FRESH_MS) {
        return { ok: true, certificate: known.certificate };
      }
      const answer = await share(url, asker);
      return answer.ok || !known
        ? answer
        : { ok: true, certificate: known.certificate };
    },
  };
}

/** Promises to count a request as failed from its start, so that a burst cannot outrun the count. */
function createFailureBudget() {
  const startedMs = new Map<number, number[]>();
  return {
    /** Promises how to tell that the request succeeded, or null when the source may not ask now. */
    take(sourceId: number, nowMs: number): (() => void) | null {
      const recent = (startedMs.get(sourceId) ?? [])
        .filter((atMs) => Math.abs(nowMs - atMs) < BUDGET.withinMs);
      startedMs.set(sourceId, recent);
      if (recent.length >= BUDGET.failures) return null;
      recent.push(nowMs);
      return () => {
        const now = startedMs.get(sourceId) ?? [];
        const index = now.indexOf(nowMs);
        if (index >= 0) now.splice(index, 1);
      };
    },
  };
}

function parse(
  answer: Awaited<ReturnType<typeof fetchText>>,
): CertificateAnswer {
  if (!answer.ok) return answer;
  if (answer.status !== 200) {
    return { ok: false, message: `AWS answered ${answer.status}` };
  }
  try {
    return { ok: true, certificate: new X509Certificate(answer.text) };
  } catch {
    return { ok: false, message: "the answer is not a certificate" };
  }
}
