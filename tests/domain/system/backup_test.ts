import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  backupInstant,
  backupName,
  nightlySlot,
  surplus,
} from "../../../src/domain/system/backup.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 28, 3, 17);

const daysAgo = (days: number) => backupName("sqlite", NOW_MS - days * DAY_MS);

Deno.test("a backup's name tells when it was begun, to the second, and nothing else has such a name", () => {
  equal(backupName("sqlite", NOW_MS + 999), "pagerpal-20261128T031700Z.db");
  equal(backupName("postgres", NOW_MS), "pagerpal-20261128T031700Z.pgdump");
  equal(backupInstant("pagerpal-20261128T031700Z.pgdump"), NOW_MS);
  for (
    const name of [
      "pagerpal-20261128T031700Z.db.json",
      ".pagerpal-20261128T031700Z.db.partial",
      "pagerpal.db",
      "holiday.jpg",
    ]
  ) equal(backupInstant(name), null, name);
});

Deno.test("backups beyond the number go, and those that are too old, but never the newest and never another file", () => {
  const names = [daysAgo(40), "notes.txt", daysAgo(1), daysAgo(3), daysAgo(2)];
  const gone = (keep: number | null, keepDays: number | null) =>
    surplus(names, { keep, keepDays }, NOW_MS);
  deepEqual(gone(null, null), []);
  deepEqual(gone(2, null), [daysAgo(40), daysAgo(3)]);
  deepEqual(gone(null, 30), [daysAgo(40)]);
  deepEqual(gone(3, 2), [daysAgo(40), daysAgo(3)]);
  deepEqual(surplus([daysAgo(400)], { keep: 1, keepDays: 1 }, NOW_MS), []);
});

Deno.test("whatever the rules, what is kept is newer than what goes, and there are no more than were asked for", () => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1 }),
    fc.option(fc.integer({ min: 1, max: 20 })),
    fc.option(fc.integer({ min: 1, max: 400 })),
    (ages, keep, keepDays) => {
      const names = ages.map(daysAgo);
      const gone = surplus(names, { keep, keepDays }, NOW_MS);
      const kept = names.filter((name) => !gone.includes(name));
      ok(kept.includes(daysAgo(Math.min(...ages))));
      ok(keep === null || kept.length <= keep);
      const oldestKept = kept.toSorted()[0] ?? "";
      ok(gone.every((name) => name < oldestKept));
    },
  ));
});

Deno.test("a night's slot is the last instant at which it was that time of day", () => {
  const at = 3 * 60 + 30;
  const slot = Date.UTC(2026, 10, 28, 3, 30);
  equal(nightlySlot(slot, at), slot);
  equal(nightlySlot(slot + DAY_MS - 1, at), slot);
  equal(nightlySlot(slot - 1, at), slot - DAY_MS);
  equal(nightlySlot(slot, 0), Date.UTC(2026, 10, 28));
});
