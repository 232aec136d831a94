import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  briefly,
  countdown,
  duration,
} from "../../../src/web/view/duration.ts";

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;
const D = 24 * H;

Deno.test("a duration has two units at most, and the second one only where it matters", () => {
  const said: [number, string][] = [
    [-5, "0.0 s"],
    [400, "0.4 s"],
    [3 * S, "3 s"],
    [59.9 * S, "59 s"],
    [2 * MIN + 12 * S, "2 min 12 s"],
    [2 * MIN, "2 min"],
    [26 * MIN + 5 * S, "26 min"],
    [3 * H + 5 * MIN, "3 h 5 min"],
    [14 * H + 5 * MIN, "14 h"],
    [2 * D + 4 * H, "2 d 4 h"],
    [12 * D + 4 * H, "12 d"],
  ];
  for (const [ms, text] of said) assert.equal(plain(duration(ms)), text);
});

Deno.test("an age in a list has one unit", () => {
  const said: [number, string][] = [
    [0, "0 s"],
    [12 * S, "12 s"],
    [119 * S, "1 min"],
    [47 * H, "47 h"],
    [50 * H, "2 d"],
  ];
  for (const [ms, text] of said) assert.equal(plain(briefly(ms)), text);
});

Deno.test("a countdown reads like a clock and never below zero", () => {
  const said: [number, string][] = [
    [-1, "0:00"],
    [3 * MIN + 48 * S, "3:48"],
    [9 * S, "0:09"],
    [H + 2 * MIN + 3 * S, "1:02:03"],
    [2 * D + 3 * H, "2 d 3 h"],
  ];
  for (const [ms, text] of said) assert.equal(plain(countdown(ms)), text);
});

Deno.test("a number never parts from its unit at a line's end", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 400 * D }), (ms) => {
    assert.doesNotMatch(duration(ms), /\d [a-z]/);
    assert.doesNotMatch(briefly(ms), /\d [a-z]/);
  }));
});

function plain(text: string): string {
  return text.replaceAll("\u00A0", " ");
}
