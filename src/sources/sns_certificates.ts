/** Signing certificates of SNS, fetched once and kept. */
import { X509Certificate } from "node:crypto";
import { type Fetch, fetchText } from "./aws_fetch.ts";

const MOST_KEPT = 8;
const FRESH_MS = 24 * 3_600_000;
const BUDGET = { requests: 5, withinMs: 60_000 };

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
   * shared, and one source causes at most 5 within a minute, so that made-up URLs cannot make us poll AWS. Never
   * throws.
   */
  get(url: string, asker: CertificateAsker): Promise<CertificateAnswer>;
}

interface KeptCertificate {
  certificate: X509Certificate;
  atMs: number;
}

/** Promises a store that keeps the last few certificates for a day, and longer while AWS cannot be reached. */
export function createSigningCertificates(fetch: Fetch): SigningCertificates {
  const kept = new Map<string, KeptCertificate>();
  const pending = new Map<string, Promise<CertificateAnswer>>();
  const mayAsk = createRequestBudget();

  async function load(
    url: string,
    asker: CertificateAsker,
  ): Promise<CertificateAnswer> {
    if (!mayAsk(asker)) {
      return { ok: false, message: "too many were asked for within a minute" };
    }
    const answer = parse(await fetchText(fetch, url));
    if (answer.ok) {
      remember(url, { certificate: answer.certificate, atMs: asker.nowMs });
    }
    return answer;
  }

  // A Map keeps its order, so the first is the one that was not used for longest.
  function remember(url: string, entry: KeptCertificate) {
    kept.delete(url);
    kept.set(url, entry);
    const first = kept.keys().next();
    if (kept.size > MOST_KEPT && !first.done) kept.delete(first.value);
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
      if (known) remember(url, known);
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

/** Promises a function that says whether the source may cause a request now, and counts it. */
function createRequestBudget(): (asker: CertificateAsker) => boolean {
  const startedMs = new Map<number, number[]>();
  return ({ sourceId, nowMs }) => {
    const recent = (startedMs.get(sourceId) ?? [])
      .filter((atMs) => Math.abs(nowMs - atMs) < BUDGET.withinMs);
    const allowed = recent.length < BUDGET.requests;
    startedMs.set(sourceId, allowed ? [...recent, nowMs] : recent);
    return allowed;
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
