/** What is tested of the simulation on each database. */
import assert from "node:assert/strict";
import { type DatabaseName, openDatabases } from "./database.ts";
import { firstViolation, tell } from "./seeds.ts";
import { simulate } from "./simulation.ts";

/**
 * Seeds in which much happens: crashes, processes that stand still, statements that wait for one another, that fail while
 * others of their transaction are under way, and whose ends meet what the app does meanwhile.
 */
const EVENTFUL = [2, 8, 44, 45];

/**
 * Registers the tests for a database, with so many seeds unless SIMULATION_SEEDS names another number: so a longer run is
 * one setting away.
 */
export function holdsOn(database: DatabaseName, usual: number): void {
  const count = Number(Deno.env.get("SIMULATION_SEEDS") ?? usual);
  Deno.test(`${count} seeds of crashes, outages and clock jumps keep every promise (${database})`, async () => {
    const broken = await firstViolation({ database, from: 1, count });
    assert.equal(broken && tell(broken, { database, lines: 200 }), null);
  });

  Deno.test(`a seed makes the same history every time (${database})`, async () => {
    await using databases = await openDatabases(database);
    for (const seed of EVENTFUL) {
      const histories = new Set<string>();
      for (let run = 0; run < 2; run++) {
        await using empty = await databases.empty();
        const { fingerprint, alerts } = await simulate({
          seed,
          database: empty,
        });
        assert.ok(alerts > 0);
        histories.add(fingerprint);
      }
      assert.equal(histories.size, 1, `seed ${seed}`);
    }
  });
}
