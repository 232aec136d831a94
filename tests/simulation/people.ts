/** Who is paged, and what they do about it; and the reports that a provider sends on what it delivered. */
import { act, type Action } from "../../src/app/incidents/act.ts";
import { RECEIPT_TOKEN, type SimulatedNode } from "./node.ts";
import { type Call, OUTSIDE } from "./providers.ts";
import type { OutsideOptions } from "./senders.ts";

const DEEDS = [
  "acknowledge",
  "acknowledge",
  "acknowledge",
  "resolve",
  "snooze",
  "reassign",
  "escalate",
  "reopen",
] as const;
type Deed = (typeof DEEDS)[number];

const DELIVERED = {
  groupId: 3,
  groupName: "DELIVERED",
  id: 5,
  name: "DELIVERED_TO_HANDSET",
};
const AT_OPERATOR = {
  groupId: 3,
  groupName: "DELIVERED",
  id: 2,
  name: "DELIVERED_TO_OPERATOR",
};
const LOST = {
  groupId: 2,
  groupName: "UNDELIVERABLE",
  id: 9,
  name: "UNDELIVERABLE_NOT_DELIVERED",
};

export class People {
  /** Incidents whose acknowledgement was answered. */
  readonly acknowledged = new Set<number>();
  readonly #options: OutsideOptions;
  #gone = false;
  #busy = 0;

  constructor(options: OutsideOptions) {
    this.#options = options;
  }

  /** Nobody is about to do anything. */
  get isIdle(): boolean {
    return this.#busy === 0;
  }

  /** From now on nobody answers a page. */
  leave(): void {
    this.#gone = true;
  }

  /** Somebody gets a message. */
  ring(call: Call): void {
    const { chance, plan } = this.#options;
    if (call.channel !== "email" && !this.#gone) this.#report(call);
    if (this.#gone || !chance.happens(plan.diligence)) return;
    const deed = chance.pick(DEEDS);
    this.#later(chance.int(200, 40_000), () => this.#do(deed, call));
  }

  #later(ms: number, run: () => Promise<void>): void {
    this.#busy++;
    this.#options.scheduler.timers.set(
      OUTSIDE,
      { ms, label: "person" },
      () => void run().finally(() => this.#busy--),
    );
  }

  async #do(deed: Deed, call: Call): Promise<void> {
    const { household, node: anyNode, journal, watch } = this.#options;
    const node = anyNode();
    const mate = household.ownerOf(call.to);
    const row = watch.rows.find((each) => each.idempotency_key === call.key);
    if (!node || !mate || !row) return;
    const link = /(\/a\/[\w.-]+)/.exec(call.text)?.[1];
    const done = deed === "acknowledge" && link
      ? await this.#follow(node, link)
      : await this.#act(node, row.incident_id, this.#action(deed, mate));
    const how = deed === "acknowledge" && link ? "by the link" : "";
    journal.tell(mate.name, `${deed} #${row.incident_id} ${how}: ${done}`);
    // The page of a link is answered so too where the incident was resolved meanwhile.
    if (deed === "acknowledge" && done === "303") {
      this.acknowledged.add(row.incident_id);
    }
  }

  async #follow(node: SimulatedNode, link: string): Promise<string> {
    const answer = await node.request(link, {
      method: "POST",
      headers: { origin: "https://pager.example.com" },
    }).catch(() => null);
    return String(answer?.status ?? "no answer");
  }

  async #act(
    node: SimulatedNode,
    incidentId: number,
    action: Action,
  ): Promise<string> {
    try {
      const result = await node.run(
        action.kind,
        ({ engine }) => act(engine, { incidentId, action }),
      );
      return result.ok ? "done" : result.code;
    } catch (error) {
      return error instanceof Error ? error.name : "failed";
    }
  }

  #action(deed: Deed, mate: { id: number; name: string }): Action {
    const { chance, household, scheduler } = this.#options;
    const { id: responderId, name } = mate;
    const actor = { kind: "responder", responderId, name, via: "api" } as const;
    if (deed === "snooze") {
      const node = this.#options.node();
      const nowMs = node?.clock ?? scheduler.nowMs;
      return { kind: deed, actor, untilMs: nowMs + chance.int(10, 90) * 1_000 };
    }
    if (deed === "reassign") {
      const other = chance.pick([...household.mates.values()]) ?? mate;
      return {
        kind: deed,
        actor,
        responderId: other.id,
        responder: other.name,
      };
    }
    return { kind: deed, actor };
  }

  /** The provider's reports: late, twice and out of order. */
  #report({ key }: Call): void {
    const { chance } = this.#options;
    if (!chance.happens(0.6)) return;
    const last = chance.happens(0.15) ? LOST : DELIVERED;
    const first = chance.pick([[], [AT_OPERATOR], [LOST], [DELIVERED]]) ?? [];
    for (const status of [...first, last]) {
      this.#later(chance.int(50, 30_000), async () => {
        const results = [{
          messageId: key,
          status: { description: "", ...status },
        }];
        await this.#options.node()?.request(
          "/api/v1/notifications/infobip/receipts",
          {
            method: "POST",
            headers: { "x-infobip-receipt-token": RECEIPT_TOKEN },
            body: JSON.stringify({ results }),
          },
        ).catch(() => null);
      });
    }
  }
}
