/** Finds the handoffs that are near and puts their notices into the outbox. */
import {
  HANDOFF_HORIZON_MS,
  type HandoffContext,
  handoffDraft,
  partsOf,
  TOLD_LATE_MS,
} from "../../domain/notices/handoff_notice.ts";
import type { NoticeDraft } from "../../domain/notices/notice.ts";
import {
  handoffsIn,
  peopleOf,
  type Schedule,
  type SchedulePlan,
} from "../../domain/schedules/schedule.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";
import { writeNotices } from "./write_notices.ts";

const MINUTE_MS = 60_000;
/** Written so long before they are due, so that a job that comes late is early enough. */
const AHEAD_MS = 5 * MINUTE_MS;
const BATCH = 100;

export interface HandoffPlanning {
  engine: Pick<Engine, "store" | "clock" | "newId" | "sendingEnabled" | "kick">;
  /** Without a slash at the end. */
  baseUrl: string;
}

/** Promises how many notices are new. May run in any number of processes and any number of times. */
export async function planHandoffNotices(
  { engine, baseUrl }: HandoffPlanning,
): Promise<number> {
  const { store } = engine;
  const nowMs = engine.clock();
  let written = 0;
  for (let afterId = 0;;) {
    const schedules = await store.schedules
      .withHandoffNotices({ afterId, limit: BATCH });
    const drafts = await draftsOf(store, { schedules, nowMs, baseUrl });
    written += await writeNotices({ engine, tx: store, nowMs }, drafts);
    const last = schedules.at(-1);
    if (!last || schedules.length < BATCH) break;
    afterId = last.id;
  }
  if (written > 0) engine.kick();
  return written;
}

interface Looking {
  nowMs: number;
  baseUrl: string;
}

async function draftsOf(
  store: Repositories,
  { schedules, nowMs, baseUrl }: Looking & { schedules: Schedule[] },
): Promise<NoticeDraft[]> {
  if (schedules.length === 0) return [];
  const longestMs = Math.max(...schedules.map(leadMsOf));
  const near = await store.schedules.plans(
    schedules.map(({ id }) => id),
    nowMs - TOLD_LATE_MS,
    nowMs + longestMs + AHEAD_MS,
  );
  const handing = schedules.filter((schedule) => {
    const plan = near.get(schedule.id);
    return plan && nearHandoffs(schedule, plan, nowMs).length > 0;
  });
  const contexts = await loadContexts(store, {
    schedules: handing,
    fromMs: nowMs - TOLD_LATE_MS,
    toMs: nowMs + longestMs + AHEAD_MS + HANDOFF_HORIZON_MS,
    baseUrl,
  });
  return handing.flatMap((schedule) => {
    const context = contexts.get(schedule.id);
    if (!context) return [];
    return nearHandoffs(schedule, context.plan, nowMs).flatMap(partsOf)
      .map((part) => handoffDraft(part, context));
  });
}

/** Promises all that the words of these schedules' handoffs need, in a handful of queries. */
export async function loadContexts(
  store: Pick<Repositories, "schedules" | "responders">,
  { schedules, fromMs, toMs, baseUrl }: {
    schedules: readonly Schedule[];
    fromMs: number;
    toMs: number;
    baseUrl: string;
  },
): Promise<Map<number, HandoffContext>> {
  const ids = schedules.map(({ id }) => id);
  const plans = await store.schedules.plans(ids, fromMs, toMs);
  const people = [...new Set([...plans.values()].flatMap(peopleOf))];
  const responders = await store.responders.reachable(people);
  const names = new Map(responders.map(({ id, name }) => [id, name]));
  const timeZones = await store.responders.timeZones(people);
  return new Map(schedules.flatMap((schedule) => {
    const plan = plans.get(schedule.id);
    if (!plan) return [];
    const link = `${baseUrl}/schedules/${schedule.id}`;
    const leadMs = leadMsOf(schedule);
    return [[
      schedule.id,
      { schedule, leadMs, plan, names, timeZones, link },
    ]];
  }));
}

function leadMsOf({ handoffNoticeMinutes }: Schedule): number {
  return (handoffNoticeMinutes ?? 0) * MINUTE_MS;
}

function nearHandoffs(schedule: Schedule, plan: SchedulePlan, nowMs: number) {
  const toMs = nowMs + leadMsOf(schedule) + AHEAD_MS;
  return handoffsIn(plan, nowMs - TOLD_LATE_MS, toMs);
}
