/** Finds the handoffs that people were told of and that do not happen after all, and writes to them once more. */
import { partAt, withdrawnDraft } from "../../domain/notices/handoff_notice.ts";
import type { HandoffNotice } from "../../domain/notices/notice.ts";
import type { Schedule } from "../../domain/schedules/schedule.ts";
import { type HandoffPlanning, loadContexts } from "./plan_handoff_notices.ts";
import { writeNotices } from "./write_notices.ts";

const BATCH = 200;

/**
 * Promises how many corrections are new: one for each notice of a handoff that was sent, is not half an hour past, and
 * has become untrue on a schedule that still tells of handoffs. May run in any number of processes and any number of
 * times. If the handoff comes back, it is told again.
 */
export async function withdrawHandoffNotices(
  planning: HandoffPlanning,
): Promise<number> {
  const { store, clock, kick } = planning.engine;
  const nowMs = clock();
  let written = 0;
  for (let after: HandoffNotice | null = null;;) {
    const told: HandoffNotice[] = await store.notices
      .toldHandoffs(nowMs, { after, limit: BATCH });
    written += await withdrawSome(planning, told, nowMs);
    if (told.length < BATCH) break;
    after = told.at(-1) ?? null;
  }
  if (written > 0) kick();
  return written;
}

async function withdrawSome(
  { engine, baseUrl }: HandoffPlanning,
  told: readonly HandoffNotice[],
  nowMs: number,
): Promise<number> {
  const { store } = engine;
  const untrue = await untrueOf(store, told);
  if (untrue.length === 0) return 0;
  const schedules = await tellingSchedules(store, untrue);
  const contexts = await loadContexts(store, {
    ...{ schedules, baseUrl },
    ...rangeOf(untrue),
  });
  let written = 0;
  for (const notice of untrue) {
    const context = contexts.get(notice.about.scheduleId);
    if (!context) continue;
    const draft = withdrawnDraft(notice, { context, nowMs });
    written += await store.transaction(async (tx) =>
      await tx.notices.withdraw(notice, nowMs)
        ? await writeNotices({ engine, tx, nowMs }, [draft])
        : 0
    );
  }
  return written;
}

async function untrueOf(
  { schedules }: HandoffPlanning["engine"]["store"],
  told: readonly HandoffNotice[],
): Promise<HandoffNotice[]> {
  const { fromMs, toMs } = rangeOf(told);
  const plans = await schedules.plans(scheduleIdsOf(told), fromMs, toMs);
  return told.filter(({ responderId, about: { scheduleId, atMs, edge } }) => {
    const plan = plans.get(scheduleId);
    return plan && !partAt(plan, { atMs, edge, responderId });
  });
}

async function tellingSchedules(
  { schedules }: HandoffPlanning["engine"]["store"],
  notices: readonly HandoffNotice[],
): Promise<Schedule[]> {
  const found: Schedule[] = [];
  for (const id of scheduleIdsOf(notices)) {
    const schedule = await schedules.find(id);
    if (schedule && schedule.handoffNoticeMinutes !== null) {
      found.push(schedule);
    }
  }
  return found;
}

function scheduleIdsOf(notices: readonly HandoffNotice[]): number[] {
  return [...new Set(notices.map(({ about }) => about.scheduleId))];
}

/** Wide enough to see the handoffs of all of them. */
function rangeOf(
  notices: readonly HandoffNotice[],
): { fromMs: number; toMs: number } {
  const instants = notices.map(({ about }) => about.atMs);
  return {
    fromMs: Math.min(...instants) - 1,
    toMs: Math.max(...instants) + 1,
  };
}
