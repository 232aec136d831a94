import assert from "node:assert/strict";
import { gapWords } from "../../../src/web/view/schedules/gap_words.ts";

const HOUR_MS = 3_600_000;

Deno.test("gaps are told in words", () => {
  const view = { nowMs: Date.parse("2026-11-23T10:00Z"), timeZone: "UTC" };
  const looked = {
    fromMs: view.nowMs,
    untilMs: view.nowMs + 14 * 24 * HOUR_MS,
    words: "the next 14 days",
  };
  const gap = (from: number, to: number) => ({
    startsAtMs: view.nowMs + from * HOUR_MS,
    endsAtMs: view.nowMs + to * HOUR_MS,
    responderIds: [],
    overridden: false,
  });
  const words = (...gaps: ReturnType<typeof gap>[]) =>
    gapWords(gaps, looked, view).replaceAll("\u00A0", " ");
  assert.equal(words(), "No gap in the next 14 days.");
  assert.equal(
    words(gap(0, 14 * 24)),
    "Nobody is on call in the next 14 days.",
  );
  assert.equal(
    words(gap(0, 2)),
    "Nobody is on call now and until 12:00.",
  );
  assert.equal(
    words(gap(24, 32), gap(60, 61), gap(100, 101)),
    "Nobody is on call from Tue 10:00 to Tue 18:00 (8 h), and in 2 more gaps.",
  );
  assert.equal(
    words(gap(24, 14 * 24)),
    "Nobody is on call from Tue 10:00 on.",
  );
});
