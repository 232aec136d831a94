import { deepEqual } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { createLineWriter } from "../../src/logging/line_writer.ts";

Deno.test("lines of one turn are written together, in their order", async () => {
  const written: string[] = [];
  const writer = createLineWriter((text) => written.push(text));
  writer.write("a", "info");
  await Promise.resolve();
  writer.write("b", "debug");
  deepEqual(written, []);
  await setImmediate();
  deepEqual(written, ["a\nb"]);
  writer.write("c", "info");
  await setImmediate();
  deepEqual(written, ["a\nb", "c"]);
});

Deno.test("a warning waits for nothing, and what was said before it comes first", async () => {
  const written: string[] = [];
  const writer = createLineWriter((text) => written.push(text));
  for (const level of ["warning", "error", "fatal"]) {
    writer.write("before", "info");
    writer.write(level, level);
  }
  const all = ["before\nwarning", "before\nerror", "before\nfatal"];
  deepEqual(written, all);
  await setImmediate();
  deepEqual(written, all);
});

Deno.test("what is left when the process ends is written then", () => {
  const written: string[] = [];
  const writer = createLineWriter((text) => written.push(text));
  writer.write("last", "info");
  dispatchEvent(new Event("unload"));
  deepEqual(written, ["last"]);
});
