import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  goesNow,
  isHeld,
  type Pace,
  paceAfter,
  QUIET,
  rankOf,
} from "../../../src/domain/delivery/bundling.ts";
import { aNotification } from "../examples.ts";

const WINDOW = 10_000;

interface Arrival {
  atMs: number;
  rank: number;
}

interface Sent extends Arrival {
  sentAtMs: number;
  /** Which message it went in. */
  message: number;
  /** Somebody was quiet when it came: nothing was sent within the window before. */
  wasQuiet: boolean;
  /** The most severe of what was sent in the window that was open when it came. */
  rankBefore: number;
}

/** One person's pages under the rules, looked at whenever one is due. */
function run(arrivals: readonly Arrival[]): Sent[] {
  const coming = arrivals.toSorted((a, b) => a.atMs - b.atMs);
  let waiting: {
    page: Arrival;
    dueAtMs: number;
    wasQuiet: boolean;
    rankBefore: number;
  }[] = [];
  const sent: Sent[] = [];
  let pace: Pace = QUIET;
  let message = 0;
  while (coming.length + waiting.length > 0) {
    const nowMs = Math.min(
      ...coming.slice(0, 1).map((each) => each.atMs),
      ...waiting.map((each) => each.dueAtMs),
    );
    const window = { nowMs, windowMs: WINDOW };
    while (coming[0] && coming[0].atMs <= nowMs) {
      const page = coming.shift();
      if (!page) break;
      waiting.push({
        page,
        dueAtMs: nowMs,
        wasQuiet: sent.every((each) => each.sentAtMs + WINDOW <= nowMs),
        rankBefore: pace.rank,
      });
    }
    const due = waiting.filter((each) => each.dueAtMs <= nowMs).map((each) => ({
      each,
      as: { rank: each.page.rank, held: each.dueAtMs > each.page.atMs },
    }));
    const going = due.filter(({ as }) => goesNow(as, pace, window));
    const held = due.filter((one) => !going.includes(one));
    if (going.length > 0) message++;
    for (const { each: { page, wasQuiet, rankBefore } } of going) {
      sent.push({ ...page, sentAtMs: nowMs, message, wasQuiet, rankBefore });
    }
    if (going.length > 0) {
      pace = paceAfter(pace, going.map(({ as }) => as), window);
    }
    for (const { each } of held) each.dueAtMs = pace.untilMs;
    const gone = new Set(going.map(({ each }) => each));
    waiting = waiting.filter((each) => !gone.has(each));
  }
  return sent;
}

const arrivals = fc.array(
  fc.record({
    atMs: fc.integer({ min: 1_000_000, max: 1_060_000 }),
    rank: fc.integer({ min: -1, max: 3 }),
  }),
  { maxLength: 60 },
);

Deno.test("every page goes once, within a window of when it came", () => {
  fc.assert(fc.property(arrivals, (pages) => {
    const sent = run(pages);
    assert.equal(sent.length, pages.length);
    for (const { atMs, sentAtMs } of sent) {
      assert.ok(sentAtMs >= atMs && sentAtMs - atMs <= WINDOW);
    }
  }));
});

Deno.test("the first page to somebody quiet never waits", () => {
  fc.assert(fc.property(arrivals, (pages) => {
    for (const { wasQuiet, atMs, sentAtMs } of run(pages)) {
      if (wasQuiet) assert.equal(sentAtMs, atMs);
    }
  }));
});

Deno.test("a page more severe than all that went in the window never waits", () => {
  fc.assert(fc.property(arrivals, (pages) => {
    for (const { rank, rankBefore, atMs, sentAtMs } of run(pages)) {
      if (rank > rankBefore) assert.equal(sentAtMs, atMs);
    }
  }));
});

Deno.test("however many come, few messages go: one a window, and one more for each rise in severity", () => {
  fc.assert(fc.property(arrivals, (pages) => {
    const sent = run(pages);
    const messages = new Map(sent.map((one) => [one.message, one.sentAtMs]));
    const times = [...messages.values()];
    for (const fromMs of times) {
      const within = times.filter((atMs) =>
        atMs >= fromMs && atMs < fromMs + WINDOW
      );
      // Two windows may meet in it, each with the five ranks at most.
      assert.ok(within.length <= 10, `${within.length} messages in a window`);
    }
  }));
});

Deno.test("a window that a wrong clock has put far ahead holds nobody up", () => {
  const window = { nowMs: 1_000_000, windowMs: WINDOW };
  const page = { rank: 0, held: false };
  const ahead = { untilMs: 1_000_000 + WINDOW + 1, rank: 3 };
  assert.equal(goesNow(page, ahead, window), true);
  assert.equal(
    goesNow(page, { ...ahead, untilMs: 1_000_000 + WINDOW }, window),
    false,
  );
});

Deno.test("in an open window goes what is more severe or has waited already, and nothing else", () => {
  const window = { nowMs: 1_000_000, windowMs: WINDOW };
  const pace = { untilMs: 1_000_000 + WINDOW / 2, rank: 1 };
  const goes = (rank: number, held = false) =>
    goesNow({ rank, held }, pace, window);
  assert.deepEqual([goes(0), goes(1), goes(2)], [false, false, true]);
  // Another sender has begun a new window since: nothing waits twice.
  assert.deepEqual([goes(0, true), goes(1, true)], [true, true]);
});

Deno.test("a resolution is below every page", () => {
  assert.equal(rankOf("page", "info"), 0);
  assert.equal(rankOf("resolution", "critical"), -1);
});

Deno.test("held is what waits before its first attempt beyond its own time", () => {
  const waits = { state: "queued", attempt: 0, dueAtMs: 20, firstDueAtMs: 10 };
  const held = (changes: object) =>
    isHeld(aNotification({ ...waits, ...changes } as never));
  assert.equal(held({}), true);
  assert.equal(held({ dueAtMs: 10 }), false);
  assert.equal(held({ attempt: 1 }), false);
  assert.equal(held({ state: "cancelled" }), false);
});
