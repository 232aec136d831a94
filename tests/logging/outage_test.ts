import assert from "node:assert/strict";
import type { LogRecord } from "@logtape/logtape";
import { createOutageFilter } from "../../src/logging/outage.ts";
import { StoreUnavailableError } from "../../src/ports/store.ts";

const record = (
  rawMessage: string,
  error: Error,
  timestamp: number,
): LogRecord => ({
  category: ["pagerpal", "delivery"],
  level: "error",
  message: [rawMessage],
  rawMessage,
  timestamp,
  properties: { error },
});

Deno.test("what fails because the database is away is written once a minute for each message, with how often it was", () => {
  const filter = createOutageFilter();
  const away = new StoreUnavailableError("It is away.");
  for (let each = 0; each < 100; each++) {
    const sent = filter(record("Page not settled", away, 1_000 + each));
    assert.equal(sent !== null, each === 0);
  }
  assert.ok(filter(record("Escalating failed", away, 1_100)));
  const later = filter(record("Page not settled", away, 62_000));
  assert.equal(later?.properties["repeated"], 99);
});

Deno.test("every other error is written each time", () => {
  const filter = createOutageFilter();
  for (let each = 0; each < 3; each++) {
    const given = record("Page not settled", new Error("A bug."), 1_000);
    assert.equal(filter(given), given);
  }
});
