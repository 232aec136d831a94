/** Whether all promises were kept, when everything has come to rest. */
import type { Connection } from "../../src/store/connection/connection.ts";
import { EscalationModel, type StoryEntry } from "./escalation_model.ts";
import type { Household } from "./household.ts";
import type { Plan } from "./plan.ts";
import type { Call } from "./providers.ts";
import type { Promised } from "./senders.ts";
import type { Row } from "./watch.ts";

export interface Evidence {
  read: Connection["read"];
  rows: readonly Row[];
  plan: Plan;
  household: Household;
  calls: readonly Call[];
  promised: readonly Promised[];
  /** Incidents whose acknowledgement was answered. */
  acknowledged: ReadonlySet<number>;
}

interface IncidentRow {
  id: number;
  external_id: string;
  status: string;
  round: number;
  next_step: number;
  exhausted_at_ms: number | null;
  next_action_at_ms: number | null;
}

/** Promises the first promise that was broken, in words; null when all were kept. */
export async function judge(evidence: Evidence): Promise<string | null> {
  const incidents = (await evidence.read(
    `SELECT id, external_id, status, round, next_step, exhausted_at_ms,
       next_action_at_ms FROM incidents ORDER BY id`,
    [],
  )).rows as unknown as IncidentRow[];
  const stories = await readStories(evidence.read);
  return unkept(evidence, incidents) ??
    first([...evidence.acknowledged], (id) => forgotten(id, stories.get(id))) ??
    first(
      incidents,
      (incident) => misled(evidence, incident, stories.get(incident.id) ?? []),
    ) ??
    first(
      evidence.rows,
      (row) => undelivered(evidence, row, stories.get(row.incident_id) ?? []),
    );
}

function first<T>(
  from: readonly T[],
  look: (one: T) => string | null,
): string | null {
  for (const one of from) {
    const found = look(one);
    if (found) return found;
  }
  return null;
}

async function readStories(
  read: Connection["read"],
): Promise<Map<number, StoryEntry[]>> {
  const { rows } = await read(
    "SELECT incident_id, kind, at_ms, detail FROM timeline_entries ORDER BY id",
    [],
  );
  const stories = new Map<number, StoryEntry[]>();
  for (const row of rows) {
    const id = Number(row["incident_id"]);
    const story = stories.get(id) ?? [];
    story.push({
      kind: String(row["kind"]),
      atMs: Number(row["at_ms"]),
      detail: JSON.parse(String(row["detail"])),
    });
    stories.set(id, story);
  }
  return stories;
}

/** A 2xx is durable. */
function unkept(
  { promised }: Evidence,
  incidents: readonly IncidentRow[],
): string | null {
  return first(promised, ({ alert, status, incidentId }) => {
    if (incidentId === null) return null;
    const incident = incidents.find(({ id }) => id === incidentId);
    return incident?.external_id === alert.externalId
      ? null
      : `${alert.externalId} was answered ${status} with incident ${incidentId}, which is not there`;
  });
}

/** An acknowledgement that was answered is on disk, unless somebody had snoozed or resolved the incident before. */
function forgotten(
  id: number,
  story: readonly StoryEntry[] = [],
): string | null {
  const stands = story.some(({ kind }) =>
    ["acknowledged", "snoozed", "resolved", "recovered"].includes(kind)
  );
  return stands ? null : `the acknowledgement of incident ${id} is not there`;
}

/** The escalation followed the policy, and stands where it has to. */
function misled(
  { plan, household, promised }: Evidence,
  incident: IncidentRow,
  story: readonly StoryEntry[],
): string | null {
  const opened = story.find(({ kind }) => kind === "opened");
  const severity = openedSeverity(promised, incident, story);
  if (!opened || !severity) return null;
  const model = new EscalationModel(plan, household, severity);
  for (const entry of story) {
    const wrong = model.follow(entry);
    if (wrong) return `incident ${incident.id}: ${wrong}`;
  }
  if (model.isOverdue) {
    return `incident ${incident.id}: its acknowledgement never ended`;
  }
  const { round, step, status, exhausted } = model.standing;
  const is = {
    status: incident.status,
    round: incident.round,
    step: incident.next_step,
    exhausted: incident.exhausted_at_ms !== null,
  };
  const same = status === is.status && round === is.round &&
    step === is.step && (status !== "triggered" || exhausted === is.exhausted);
  return same
    ? null
    : `incident ${incident.id} is ${JSON.stringify(is)}, and its story says ${
      JSON.stringify(model.standing)
    }`;
}

/** Of the alert that opened it; null where no sender was told that one did. */
function openedSeverity(
  promised: readonly Promised[],
  { id }: IncidentRow,
  story: readonly StoryEntry[],
) {
  const raised = story.find(({ kind }) => kind === "severity_raised");
  if (raised) return raised.detail.from;
  return promised.find(({ incidentId, status }) =>
    incidentId === id && status === 201
  )?.alert.severity;
}

const CANCELS = [
  "acknowledged",
  "snoozed",
  "resolved",
  "recovered",
  "expired",
  "reassigned",
  "reopened",
  "severity_raised",
];

/** Every page reached its person, or there is a reason why not. */
function undelivered(
  { calls, household }: Evidence,
  row: Row,
  story: readonly StoryEntry[],
): string | null {
  const { id } = row;
  if (id === null) return null;
  const what = `${row.kind} ${id} of incident ${row.incident_id}`;
  const mate = [...household.mates.values()].find(({ id }) =>
    id === row.responder_id
  );
  if (![...mate?.addresses.values() ?? []].includes(row.address)) {
    return `${what} is for an address that is not its person's`;
  }
  const own = calls.filter(({ key }) => key === row.idempotency_key);
  const taken = own.filter(({ takenMs }) => takenMs !== null);
  const times = taken.filter(({ ids }) => ids.includes(id)).length;
  if (times > 1 && row.maybe_sent_twice !== 1) {
    return `${what} arrived ${times} times and does not say so`;
  }
  const arrived = taken.length > 0;
  switch (row.state) {
    case "sent":
    case "delivered":
      return arrived ? null : `${what} is ${row.state} and never arrived`;
    case "failed":
      return own.some(({ answer }) => answer !== "accept") || arrived
        ? null
        : `${what} failed, and nothing went wrong`;
    case "cancelled":
      return story.some(({ kind }) => CANCELS.includes(kind))
        ? null
        : `${what} was cancelled for no reason`;
    default:
      return `${what} is still ${row.state}`;
  }
}
