/** Monitoring systems: they post alerts, and post them again until they are answered 2xx. */
import type { Chance } from "./chance.ts";
import type { Household } from "./household.ts";
import type { Journal } from "./journal.ts";
import { type SimulatedNode, START_MS } from "./node.ts";
import type { Plan, PlannedAlert } from "./plan.ts";
import { OUTSIDE } from "./providers.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Watch } from "./watch.ts";

export interface OutsideOptions {
  plan: Plan;
  household: Household;
  scheduler: Scheduler;
  journal: Journal;
  watch: Watch;
  chance: Chance;
  /** A node that a request may be sent to; null while there is none. */
  node(): SimulatedNode | null;
}

/** An alert that was answered 2xx, and the incident that the answer named. */
export interface Promised {
  alert: PlannedAlert;
  status: number;
  incidentId: number | null;
}

const PATIENCE_MS = 15_000;

export class Senders {
  readonly promised: Promised[] = [];
  readonly #options: OutsideOptions;
  #waiting = 0;

  constructor(options: OutsideOptions) {
    this.#options = options;
    this.#waiting = options.plan.alerts.length;
  }

  get answered(): number {
    return this.promised.length;
  }

  /** Every alert has been answered. */
  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  begin(): void {
    for (const alert of this.#options.plan.alerts) {
      this.#later(alert.atMs, () => void this.#post(alert));
    }
  }

  #later(ms: number, run: () => void): void {
    const { timers } = this.#options.scheduler;
    timers.set(OUTSIDE, { ms, label: "sender" }, run);
  }

  async #post(alert: PlannedAlert): Promise<void> {
    const again = () =>
      this.#later(
        this.#options.chance.int(500, 3_000),
        () => void this.#post(alert),
      );
    const node = this.#options.node();
    if (!node) return again();
    let open = true;
    // As a sender with a time limit: the answer that comes later is not heard.
    this.#later(PATIENCE_MS, () => {
      if (!open) return;
      open = false;
      again();
    });
    const answer = await node.request("/api/v1/alerts", {
      method: "POST",
      headers: { "x-api-key": this.#options.household.key },
      body: this.#body(alert),
    }).catch(() => null);
    if (!open) return;
    open = false;
    if (answer && answer.status < 300) this.#answered(alert, answer, node);
    else {
      this.#tell(node, alert, answer?.status ?? "no answer");
      again();
    }
  }

  #answered(
    alert: PlannedAlert,
    { status, text }: { status: number; text: string },
    node: SimulatedNode,
  ): void {
    const body = JSON.parse(text);
    const incidentId: number | null = body.id ?? body.incident_id ?? null;
    this.#tell(node, alert, `${status} ${body.outcome ?? ""} #${incidentId}`);
    this.#waiting--;
    this.promised.push({ alert, status, incidentId });
    const { watch } = this.#options;
    const isThere = watch.rows.some((row) => row.incident_id === incidentId);
    if (incidentId !== null && !isThere) {
      watch.broken(
        `incident ${incidentId} was answered ${status} and is not there`,
      );
    }
  }

  #body(alert: PlannedAlert): string {
    const { externalId, severity, recovers, startedSecondsAgo, atMs } = alert;
    const startedMs = START_MS + atMs - (startedSecondsAgo ?? 0) * 1_000;
    return JSON.stringify({
      external_id: externalId,
      title: `${externalId} is full`,
      severity,
      status: recovers ? "resolved" : "firing",
      ...(startedSecondsAgo === null
        ? {}
        : { starts_at: new Date(startedMs).toISOString() }),
    });
  }

  #tell(node: SimulatedNode, alert: PlannedAlert, what: unknown): void {
    const { externalId, severity, recovers } = alert;
    const word = recovers ? "recovers" : severity;
    this.#options.journal.tell(
      "sender",
      `${externalId} (${word}) to ${node.name}: ${what}`,
    );
  }
}
