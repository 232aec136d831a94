/** Monitoring systems: each alert is posted until it is answered 2xx, under the same external id, as a good sender does. */

/** An alert that was answered 2xx. */
export interface Answered {
  externalId: string;
  incidentId: number;
  /** Epoch milliseconds. */
  answeredAtMs: number;
  /** How often it was posted. */
  posts: number;
}

export interface SendersOptions {
  key: string;
  perSecond: number;
  /** Where to post next: any process, up or down, as a load balancer that has not noticed yet. */
  nextPort(): number;
}

const PATIENCE_MS = 10_000;
/** The pause doubles with each try, as that of a good sender does. */
const PAUSE_MS = { least: 250, most: 8_000 };
/** Alerts that wait for their answer at once; the next one waits for one of them. */
const MOST_UNDER_WAY = 200;

export class Senders {
  readonly answered: Answered[] = [];
  readonly #options: SendersOptions;
  readonly #underWay = new Set<Promise<void>>();
  #count = 0;

  constructor(options: SendersOptions) {
    this.#options = options;
  }

  /** Posts new alerts until the signal; settles when every one of them was answered 2xx. */
  async run(signal: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    while (!signal.aborted) {
      const dueMs = startedMs + this.#count * 1_000 / this.#options.perSecond;
      await pause(Math.max(0, dueMs - performance.now()));
      if (this.#underWay.size >= MOST_UNDER_WAY) {
        await Promise.race(this.#underWay);
        continue;
      }
      const sending = this.#send(`alert-${++this.#count}`)
        .finally(() => this.#underWay.delete(sending));
      this.#underWay.add(sending);
    }
    await Promise.all(this.#underWay);
  }

  async #send(externalId: string): Promise<void> {
    for (let posts = 1;; posts++) {
      const incidentId = await this.#post(externalId);
      if (incidentId !== null) {
        const answeredAtMs = Date.now();
        this.answered.push({ externalId, incidentId, answeredAtMs, posts });
        return;
      }
      await pause(Math.min(PAUSE_MS.least * 2 ** (posts - 1), PAUSE_MS.most));
    }
  }

  async #post(externalId: string): Promise<number | null> {
    const { key, nextPort } = this.#options;
    try {
      const response = await fetch(
        `http://127.0.0.1:${nextPort()}/api/v1/alerts`,
        {
          method: "POST",
          headers: { "content-type": "application/json", "x-api-key": key },
          body: JSON.stringify({
            external_id: externalId,
            title: `${externalId} is on fire`,
            severity: "critical",
          }),
          signal: AbortSignal.timeout(PATIENCE_MS),
        },
      );
      const body = await response.json();
      return response.ok ? body.id : null;
    } catch {
      // No answer, or not all of it: nobody knows whether the alert is there.
      return null;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((go) => setTimeout(go, ms));
}
