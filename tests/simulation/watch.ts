/** Sees to it that what is committed keeps the promises of docs/architecture.md, after every commit and at every call. */
import type { Connection } from "../../src/store/connection/connection.ts";
import type { Call } from "./providers.ts";
import type { Owner } from "./timers.ts";

/** A message and its incident, as committed. */
export interface Row {
  incident_id: number;
  external_id: string;
  status: string;
  next_action_at_ms: number | null;
  exhausted_at_ms: number | null;
  /** From here on null for an incident without messages. */
  id: number | null;
  responder_id: number;
  kind: string;
  state: string;
  step: number;
  round: number;
  channel: string;
  address: string;
  attempt: number;
  lease_owner: string | null;
  lease_until_ms: number | null;
  maybe_sent_twice: number;
  outcome_unknown: number;
  idempotency_key: string;
  updated_at_ms: number;
  created_at_ms: number;
  due_at_ms: number;
}

const ROWS = `SELECT i.id AS incident_id, i.external_id, i.status,
    i.next_action_at_ms, i.exhausted_at_ms, n.id, n.responder_id, n.kind,
    n.state, n.step, n.round, n.channel, n.address, n.attempt, n.lease_owner,
    n.lease_until_ms, n.maybe_sent_twice, n.outcome_unknown, n.idempotency_key,
    n.updated_at_ms, n.created_at_ms, n.due_at_ms
  FROM incidents i LEFT JOIN notifications n ON n.incident_id = i.id
  ORDER BY i.id, n.id`;

/** The first claim after the last attempt only finds that there is no other. */
const MOST_CLAIMS = 7;
/** The jobs look every minute, and an incident that could not be gone on with steps back for one. */
const LATE_MS = 150_000;
const LAST_STATES = ["sent", "delivered", "failed", "cancelled"];

export interface WatchOptions {
  read: Connection["read"];
  /** Whether something happened since that lets a lease end early or a process go on after its end. */
  leasesDisturbedSince(atMs: number): boolean;
  /** Whether the clocks differ so much that a lease may be over for one process long before it is for another. */
  clocksDiffer(): boolean;
  /** The time by the process's own clock. */
  clockOf(node: Owner): number;
}

export class Watch {
  #rows: Row[] = [];
  #byId = new Map<number, Row>();
  readonly #options: WatchOptions;
  readonly #calls: Call[] = [];
  /** The first promise that was broken, in words; null while all are kept. */
  violation: string | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** Notes a broken promise; the first one counts. */
  broken(words: string): void {
    this.violation ??= words;
  }

  /** Looks at all that is committed, right after a commit of this node. */
  async look(node: Owner): Promise<void> {
    const { rows } = await this.#options.read(ROWS, []);
    const before = this.#byId;
    const statusBefore = new Map(
      this.#rows.map((row) => [row.incident_id, row.status]),
    );
    this.#rows = rows as unknown as Row[];
    this.#byId = new Map(
      this.#rows.flatMap((row) => row.id === null ? [] : [[row.id, row]]),
    );
    const open = new Set<string>();
    let last = 0;
    for (const row of this.#rows) {
      if (row.incident_id !== last) {
        last = row.incident_id;
        this.#lookAtIncident(row, open);
      }
      if (row.id === null) continue;
      const was = before.get(row.id);
      this.#lookAtMessage(row);
      if (was) this.#lookAtChange(row, was, node);
      if (was) this.#lookAtMarks(row, was);
      this.#lookAtClaim(row, was, { statusBefore, node });
    }
  }

  /** Looks whether something should have happened long before this instant, epoch milliseconds. */
  lookForLate(nowMs: number): void {
    for (const row of this.#rows) {
      const dueMs = row.state === "sending"
        ? row.lease_until_ms
        : row.state === "queued"
        ? row.due_at_ms
        : null;
      if ((dueMs ?? Infinity) < nowMs - LATE_MS) {
        this.broken(`notification ${row.id} stays ${row.state}`);
      }
      if ((row.next_action_at_ms ?? Infinity) < nowMs - LATE_MS) {
        this.broken(`nobody goes on with incident ${row.incident_id}`);
      }
    }
  }

  /** Looks at a message that is about to leave. */
  lookAtCall(call: Call): void {
    const { leasesDisturbedSince, clocksDiffer, clockOf } = this.#options;
    const same = this.#rows.filter((row) => row.idempotency_key === call.key);
    const held = same.filter((row) =>
      row.state === "sending" && row.lease_owner === call.node.name &&
      (row.lease_until_ms ?? 0) > clockOf(call.node)
    );
    // A bundle's key is that of all its messages, also of those that are not wanted any more.
    call.ids = (held.length > 0 ? held : same).flatMap(({ id }) => id ?? []);
    const key = call.key.slice(0, 8);
    const others = this.#calls.filter((other) =>
      other.key === call.key && other.endedMs === null && other.node.alive
    );
    for (const other of others) {
      if (leasesDisturbedSince(other.startedMs)) continue;
      this.broken(
        `${call.node.name} sends ${key} while ${other.node.name} still does`,
      );
    }
    this.#calls.push(call);
    // Between the claim and the send the provider may have reported on an attempt before.
    const reported = same.some(({ state }) =>
      state === "delivered" || state === "failed"
    );
    if (held.length === 0 && !reported && !clocksDiffer()) {
      this.broken(`${call.node.name} sends ${key} without holding it`);
    }
    if (held.some((row) => row.address !== call.to)) {
      this.broken(`${key} goes to ${call.to}, which is not its address`);
    }
    const named = Number(/^(\d+) incidents/.exec(call.text)?.[1] ?? 1);
    if (held.length > 0 && named !== held.length) {
      this.broken(
        `${key} tells of ${named} incidents and was claimed for ${held.length}`,
      );
    }
  }

  #lookAtIncident(row: Row, open: Set<string>): void {
    const { incident_id, external_id, status } = row;
    if (
      status === "triggered" && row.next_action_at_ms === null &&
      row.exhausted_at_ms === null
    ) this.broken(`nothing is going to happen to incident ${incident_id}`);
    if (status === "resolved") return;
    if (open.has(external_id)) {
      this.broken(`${external_id} has two open incidents`);
    }
    open.add(external_id);
  }

  #lookAtMessage(row: Row): void {
    const { id, kind, state, attempt, lease_owner, lease_until_ms } = row;
    if (
      state === "sending" && (lease_owner === null || lease_until_ms === null)
    ) this.broken(`notification ${id} is being sent by nobody`);
    if (attempt > MOST_CLAIMS) {
      this.broken(`notification ${id} was tried ${attempt} times`);
    }
    if (
      kind === "page" && state === "queued" && row.status !== "triggered"
    ) {
      this.broken(`page ${id} waits though its incident is ${row.status}`);
    }
  }

  #lookAtChange(row: Row, was: Row, node: Owner): void {
    const what =
      `notification ${row.id} went from ${was.state} to ${row.state}`;
    const ended = was.state === "sending" && row.state !== "sending" &&
      row.attempt <= was.attempt;
    // One that was never put to the provider, or was one too many, is no attempt.
    if (row.attempt < was.attempt - (ended ? 1 : 0)) {
      this.broken(`notification ${row.id} counts fewer attempts than before`);
    }
    if (was.state === row.state && was.attempt === row.attempt) return;
    const ofAnother = was.lease_owner !== node.name;
    if (ended && ofAnother && ["sent", "queued"].includes(row.state)) {
      this.broken(`${what} by ${node.name}, who did not hold it`);
    }
    const over = LAST_STATES.includes(was.state) &&
      (LAST_STATES.indexOf(row.state) < 0 || was.state === "delivered" ||
        was.state === "cancelled");
    if (over) this.broken(`${what}, which is a way back`);
  }

  /** What may have gone out although nobody knows is marked, and nothing is marked without a cause. */
  #lookAtMarks(row: Row, was: Row): void {
    // Sent again by hand, it is a new message.
    if (row.idempotency_key !== was.idempotency_key) return;
    const own = this.#calls.filter(({ key }) => key === row.idempotency_key);
    const last = own.findLast(({ node }) => node.name === was.lease_owner);
    const ended = was.state === "sending" && row.state === "queued";
    const says = row.outcome_unknown === 1 || row.maybe_sent_twice === 1;
    if (ended && last?.endedUnknown && !says) {
      this.broken(`notification ${row.id} does not say that it may be there`);
    }
    const abandoned = was.state === "sending" && row.state === "cancelled";
    if (
      row.outcome_unknown > was.outcome_unknown && !abandoned &&
      !own.some(({ endedUnknown }) => endedUnknown)
    ) this.broken(`notification ${row.id} says for no reason: it may be there`);
    const takenOver = was.state === "sending" && row.attempt > was.attempt;
    if (
      row.maybe_sent_twice > was.maybe_sent_twice && !takenOver &&
      was.outcome_unknown !== 1
    ) this.broken(`notification ${row.id} says for no reason: sent twice`);
  }

  #lookAtClaim(
    row: Row,
    was: Row | undefined,
    { statusBefore, node }: {
      statusBefore: ReadonlyMap<number, string>;
      node: Owner;
    },
  ): void {
    if (row.attempt <= (was?.attempt ?? 0)) return;
    const wanted = row.kind === "page" ? "triggered" : "resolved";
    const before = statusBefore.get(row.incident_id) ?? row.status;
    if (row.status !== wanted && before !== wanted) {
      this.broken(
        `${row.kind} ${row.id} was begun though its incident is ${row.status}`,
      );
    }
    if (was?.state !== "sending") return;
    if ((was.lease_until_ms ?? 0) > row.updated_at_ms) {
      this.broken(
        `${node.name} took notification ${row.id} while ${was.lease_owner} held it`,
      );
    }
    // Between two looks its sender may have recorded what became of it.
    const last = this.#calls.findLast(({ key, node }) =>
      key === row.idempotency_key && node.name === was.lease_owner
    );
    const isKnown = last && last.endedMs !== null && !last.endedUnknown;
    const says = row.outcome_unknown === 1 || row.maybe_sent_twice === 1;
    if (!says && !isKnown) {
      this.broken(
        `notification ${row.id} does not say that it may go out twice`,
      );
    }
  }
}
