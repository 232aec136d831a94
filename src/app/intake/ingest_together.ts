/**
 * Takes in the alerts of several requests in one transaction and few statements. What nearly all of them do is done here:
 * an alert opens an incident, or counts on the open one. Whatever asks for more gets a transaction of its own.
 */
import type { Alert } from "../../domain/intake/alert.ts";
import { asksForHistory, decide } from "../../domain/intake/dedup.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import type { SourceWithPolicy } from "../../ports/directory_repositories.ts";
import type {
  IncidentKey,
  NewIncident,
  OpenIncident,
} from "../../ports/incident_repositories.ts";
import type { NewPage } from "../../ports/notification_repository.ts";
import type { Repositories } from "../../ports/store.ts";
import {
  type Admitted,
  firingOf,
  openedEntry,
  toldOf,
  updated,
} from "./admit_alert.ts";
import type { Engine } from "../engine.ts";
import { type Arrival, newsOf, sourceActor } from "./ingest.ts";
import { sharedDirectory, type Whom } from "../load_directory.ts";
import { newIncident, UNSAVED } from "./new_incident.ts";
import { type Planned, planNow, takeTurns } from "../incidents/plan_step.ts";
import { newPages, toldOfSuppression } from "../incidents/write_transition.ts";

/** One request's alerts. */
export interface Arriving {
  origin: SourceWithPolicy;
  arrival: Arrival;
}

/** Alerts of one key, in the order they came, each the only one of its request. */
interface Same {
  origin: SourceWithPolicy;
  key: string;
  alerts: [Alert, ...Alert[]];
}

interface Shared {
  engine: Pick<Engine, "newId" | "sendingEnabled">;
  tx: Repositories;
  nowMs: number;
  /** Writes the pages of what is opened; promises whether any that are due are left to be claimed. */
  insertPages: (pages: readonly NewPage[]) => Promise<boolean>;
}

/** What became of a group. */
export interface TakenIn {
  /** One for each request; null for those to which nothing was done and that need a transaction of their own. */
  admitted: (Admitted | null)[];
  /** Somebody is to be paged now, and nobody has claimed it. */
  isDue: boolean;
}

/** Promises what became of each request's alert, in the caller's transaction. */
export async function ingestTogether(
  shared: Shared,
  arriving: readonly Arriving[],
): Promise<TakenIn> {
  const all = inLockOrder(plainByKey(arriving));
  // Sent along, so that a server is asked once.
  const [known] = await Promise.all([
    findOpen(shared.tx, all),
    shared.tx.sources.recordAlerts(newsOf(arriving, shared.nowMs)),
  ]);
  const { opening, repeating } = sort(all, { known, nowMs: shared.nowMs });
  // In this order, since whoever holds an incident may want a turn: turns come after the rows of all incidents.
  const counted = await countAll(shared, repeating);
  const { opened, isDue } = await openAll(shared, opening);
  const done = new Map([...opened, ...counted]);
  const admitted = arriving.map(({ arrival }) => {
    const [alert] = arrival.alerts;
    return alert && done.get(alert) || null;
  });
  return { admitted, isDue };
}

/** Whoever comes after one that asks for more is not plain either: it is about what that one leaves behind. */
function plainByKey(arriving: readonly Arriving[]): Same[] {
  const byKey = new Map<string, Same>();
  const overtaken = new Set<string>();
  for (const { origin, arrival } of arriving) {
    const [alert, ...others] = arrival.alerts;
    if (!alert || others.length > 0 || arrival.messageId !== null) continue;
    const key = keyOf({ ...alert, sourceId: origin.source.id });
    if (alert.kind !== "firing" || asksForHistory(alert)) overtaken.add(key);
    if (overtaken.has(key)) continue;
    const same = byKey.get(key);
    if (same) same.alerts.push(alert);
    else byKey.set(key, { origin, key, alerts: [alert] });
  }
  return [...byKey.values()];
}

function keyOf({ sourceId, externalId }: IncidentKey): string {
  return `${sourceId} ${externalId}`;
}

/** One order for every process, so that two that take in the same alerts cannot wait for each other. */
function inLockOrder(all: Same[]): Same[] {
  return all.sort((a, b) => a.key < b.key ? -1 : 1);
}

async function findOpen(
  tx: Repositories,
  all: readonly Same[],
): Promise<Map<string, OpenIncident>> {
  const open = await tx.incidents.findOpenByKeys(
    all.map(({ origin, alerts: [{ externalId }] }) => ({
      sourceId: origin.source.id,
      externalId,
    })),
  );
  return new Map(open.map((incident) => [keyOf(incident), incident]));
}

interface Repeating extends Same {
  incident: OpenIncident;
}

function sort(
  all: readonly Same[],
  { known, nowMs }: {
    known: ReadonlyMap<string, OpenIncident>;
    nowMs: number;
  },
): { opening: Same[]; repeating: Repeating[] } {
  const opening: Same[] = [];
  const repeating: Repeating[] = [];
  for (const same of all) {
    const { key, alerts, origin: { source: { settings } } } = same;
    const incident = known.get(key);
    if (!incident) {
      opening.push(same);
      continue;
    }
    const memory = {
      open: incident,
      lastResolved: null,
      recoveredStartsAtMs: null,
    };
    const isPlain = alerts.every((alert) => {
      const decision = decide(alert, memory, { settings, nowMs });
      return decision.kind === "repeat" && !decision.raised;
    });
    if (isPlain) repeating.push({ ...same, incident });
  }
  return { opening, repeating };
}

async function openAll(
  shared: Shared,
  opening: readonly Same[],
): Promise<{ opened: [Alert, Admitted][]; isDue: boolean }> {
  if (opening.length === 0) return { opened: [], isDue: false };
  const { tx, nowMs } = shared;
  const fresh = opening.map(({ origin, alerts: [alert] }) =>
    newIncident(origin, alert, nowMs)
  );
  const directory = sharedDirectory(tx, fresh, nowMs);
  const planning = {
    ...{ tx, nowMs },
    directory: (_incident: Incident, whom: Whom) => directory(whom),
  };
  const plans: Planned[] = [];
  for (const one of fresh) {
    plans.push(await planNow(planning, { ...one, id: UNSAVED, version: 0 }));
  }
  const ids = await tx.incidents.insertMany(plans.map(rowOf));
  const written = opening.flatMap(({ origin, alerts: [alert] }, index) => {
    const id = ids[index];
    const planned = plans[index];
    // Another process is opening the same incident at this moment.
    if (!planned || !id) return [];
    return [{ id, alert, origin, planned }];
  });
  const final = await takeTurns(tx, written.map(({ planned }) => planned));
  const opened = written.map(({ planned, ...one }, index) => {
    const { incident, pages, entries } = final[index] ?? planned;
    return {
      ...{ ...one, pages, entries, responders: planned.responders },
      incident: { ...incident, id: one.id, version: 1 },
    };
  });
  const isDue = await writeOpened(shared, opened);
  return {
    opened: opened.map(({ id, alert, incident }) => [
      alert,
      { outcome: "opened", incidentId: id, incident },
    ]),
    isDue,
  };
}

function rowOf({ incident }: Planned): NewIncident {
  const { id: _id, version: _version, ...row } = incident;
  return row;
}

interface Opened
  extends Pick<Planned, "incident" | "pages" | "entries" | "responders"> {
  id: number;
  alert: Alert;
  origin: SourceWithPolicy;
}

/** Writes the stories and the pages of incidents that are written; promises whether somebody is still to be paged now. */
async function writeOpened(
  shared: Shared,
  all: readonly Opened[],
): Promise<boolean> {
  const { nowMs } = shared;
  const stories = all.flatMap(({ id, alert, origin, entries, pages }) =>
    [
      openedEntry(alert, { nowMs, actor: sourceActor(origin) }),
      ...entries,
      ...toldOfSuppression(shared, pages),
    ].map((entry) => ({ ...entry, incidentId: id }))
  );
  const pages = all.flatMap((one) => pagesOf(shared, one));
  // Sent along, so that a server is asked once.
  const [isDue] = await Promise.all([
    shared.insertPages(pages),
    shared.tx.timeline.addToMany(stories),
  ]);
  return isDue;
}

function pagesOf(shared: Shared, opened: Opened): NewPage[] {
  const { id: incidentId, incident, origin, pages, responders } = opened;
  return newPages(shared, { incidentId, pages }).map((notification) => ({
    ...{ notification, incident },
    teamName: origin.teamName,
    sourceName: origin.source.name,
    responderName: responders.get(notification.responderId)?.name ?? "",
  }));
}

async function countAll(
  { tx, nowMs }: Shared,
  repeating: readonly Repeating[],
): Promise<[Alert, Admitted][]> {
  const counted = await tx.incidents.recordRepeats(
    repeating.map(({ origin, alerts, incident }) =>
      firingOf(lastOf(alerts), {
        ...{ nowMs, origin, incident },
        times: alerts.length,
      })
    ),
  );
  const byId = new Map(counted.map((incident) => [incident.id, incident]));
  return repeating.flatMap(({ alerts, incident: { id } }) => {
    const incident = byId.get(id);
    if (!incident) return [];
    const told = toldOf(incident, lastOf(alerts));
    const done = updated(told, { quiet: true });
    return alerts.map((alert): [Alert, Admitted] => [alert, done]);
  });
}

function lastOf(alerts: Same["alerts"]): Alert {
  return alerts.at(-1) ?? alerts[0];
}
