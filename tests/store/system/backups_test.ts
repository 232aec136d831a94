import assert from "node:assert/strict";
import { contract, MINUTE, NOW } from "../fixture.ts";

const LEASE = { leaseMs: 5 * MINUTE };
const MADE = { sizeBytes: 12, beganAtMs: NOW, endedAtMs: NOW + MINUTE };

contract(
  "the backup of a night is claimed by one node, however many ask at once",
  async ({ backups }) => {
    const claims = await Promise.all(
      ["a", "b", "c", "d"].map((node) =>
        backups.claim(NOW, { node, nowMs: NOW, ...LEASE })
      ),
    );
    const [claim, ...others] = claims.filter((each) => each !== null);
    assert.equal(claim?.attempt, 1);
    assert.deepEqual(others, []);
    const next = { node: "a", nowMs: NOW, ...LEASE };
    assert.notEqual(await backups.claim(NOW + 1, next), null, "another night");
  },
);

contract(
  "a backup whose node is lost, or that failed, is another's to make once its time has come, and the first is told",
  async ({ backups }) => {
    const by = (node: string, nowMs: number) =>
      backups.claim(NOW, { node, nowMs, ...LEASE });
    const first = await by("a", NOW);
    assert.ok(first);
    assert.equal(await backups.extend(first, NOW + 7 * MINUTE), true);
    assert.equal(await by("b", NOW + 6 * MINUTE), null);
    const second = await by("b", NOW + 7 * MINUTE);
    assert.ok(second);
    assert.equal(second.attempt, 2);
    assert.equal(await backups.extend(first, NOW + 99 * MINUTE), false);
    const made = { ...MADE, location: "/backups/a.db" };
    assert.equal(await backups.finish(first, made), false);

    await backups.fail(second, {
      ...{ endedAtMs: NOW + 8 * MINUTE, retryAtMs: NOW + 38 * MINUTE },
      error: "the disk is full",
    });
    assert.deepEqual(await backups.state(), {
      done: null,
      failed: { endedAtMs: NOW + 8 * MINUTE, error: "the disk is full" },
    });
    assert.equal(await by("a", NOW + 37 * MINUTE), null);
    const third = await by("a", NOW + 38 * MINUTE);
    assert.ok(third);
    const last = { ...made, endedAtMs: NOW + 39 * MINUTE };
    assert.equal(await backups.finish(third, last), true);
    assert.equal(await by("b", NOW + 999 * MINUTE), null);
    assert.deepEqual(await backups.state(), { done: last, failed: null });
  },
);

contract(
  "a backup that somebody asked for counts, and old ones are forgotten",
  async ({ backups }) => {
    const own = { ...MADE, location: "s3://backups/own.db" };
    await backups.record({ ...own, node: "desk" });
    await backups.record({
      ...{ ...own, location: "older", endedAtMs: NOW, beganAtMs: NOW - 1 },
      node: "desk",
    });
    assert.deepEqual((await backups.state()).done, own);
    assert.equal(await backups.prune(NOW), 1);
    assert.equal(await backups.prune(NOW), 0);
    assert.deepEqual((await backups.state()).done, own);
  },
);
