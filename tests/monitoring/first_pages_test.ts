import assert from "node:assert/strict";
import {
  createFirstPages,
  type SentPage,
} from "../../src/monitoring/first_pages.ts";

/** What the database answers, and what was measured. */
function counted(first: Record<number, number>) {
  const measured: SentPage[] = [];
  const asked: number[] = [];
  const database = { isAway: false };
  const pages = createFirstPages({
    firstPagedAtMs(ids) {
      if (database.isAway) return Promise.reject(new Error("away"));
      asked.push(ids.length);
      const known = ids.flatMap((id) =>
        first[id] === undefined ? [] : [[id, first[id]] as const]
      );
      return Promise.resolve(new Map(known));
    },
  }, (page) => measured.push(page));
  return { pages, measured, asked, database };
}

function page(incidentId: number, sentAtMs: number): SentPage {
  return { incidentId, openedAtMs: 1_000, sentAtMs };
}

Deno.test("only the page that was first in the whole database is measured, whoever sent the others", async () => {
  const { pages, measured } = counted({ 1: 1_500, 2: 1_200 });
  pages.add(page(1, 1_500));
  // Another node was quicker.
  pages.add(page(2, 1_300));
  await pages.flush();
  assert.deepEqual(measured, [page(1, 1_500)]);
});

Deno.test("two pages of one incident in one millisecond are measured once, and a later one is not even asked about", async () => {
  const { pages, measured, asked } = counted({ 1: 1_500 });
  pages.add(page(1, 1_500));
  pages.add(page(1, 1_500));
  await pages.flush();
  pages.add(page(1, 9_000));
  await pages.flush();
  assert.equal(measured.length, 1);
  assert.deepEqual(asked, [1]);
});

Deno.test("the time that an alert waited for its turn is part of it, where this process took it in", async () => {
  const { pages, measured } = counted({ 1: 1_500, 2: 1_500 });
  pages.add(page(1, 1_500));
  pages.add(page(2, 1_500));
  // The answer to the sender may come after the page.
  pages.opened(1, 400);
  await pages.flush();
  assert.deepEqual(measured.map((each) => each.openedAtMs), [400, 1_000]);
});

Deno.test("while the database is away nothing is lost, and nothing thrown", async () => {
  const { pages, measured, database } = counted({ 1: 1_500 });
  database.isAway = true;
  pages.add(page(1, 1_500));
  await pages.flush();
  assert.equal(measured.length, 0);
  database.isAway = false;
  await pages.flush();
  assert.equal(measured.length, 1);
});

Deno.test("a flood is asked about in batches, without waiting for a scrape", async () => {
  const { pages, measured, asked } = counted(
    Object.fromEntries(Array.from({ length: 1_200 }, (_, id) => [id, 2_000])),
  );
  for (let id = 0; id < 1_200; id++) pages.add(page(id, 2_000));
  await pages.flush();
  assert.equal(measured.length, 1_200);
  assert.ok(asked.every((count) => count <= 500));
});
