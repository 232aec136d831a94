import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { contract, NOW } from "../fixture.ts";

contract(
  "a bucket gives its capacity at once, then as much as it gains",
  async (store) => {
    const bucket = { capacity: 3, refillPerSecond: 2, cost: 1 };
    const take = (atMs: number) => store.rateLimits.take("a", bucket, atMs);
    for (let n = 0; n < 3; n++) {
      assert.deepEqual(await take(NOW), { retryAfterMs: 0 });
    }
    assert.deepEqual(await take(NOW), { retryAfterMs: 500 });
    assert.deepEqual(await take(NOW + 1), { retryAfterMs: 499 });
    assert.deepEqual(await take(NOW + 499.9), { retryAfterMs: 1 });
    assert.deepEqual(await take(NOW + 500), { retryAfterMs: 0 });
    assert.deepEqual(await take(NOW + 500), { retryAfterMs: 500 });
    assert.deepEqual(await store.rateLimits.take("b", bucket, NOW), {
      retryAfterMs: 0,
    });
  },
);

contract(
  "a bucket that is refilled within microseconds still gives no more than it gains",
  async (store) => {
    const take = (cost: number, atMs: number) =>
      store.rateLimits.take(
        "a",
        { capacity: 1_000, refillPerSecond: 300_000, cost },
        atMs,
      );
    assert.deepEqual(await take(1_000, NOW), { retryAfterMs: 0 });
    assert.equal((await take(301, NOW + 1)).retryAfterMs, 1);
    assert.deepEqual(await take(200, NOW + 1), { retryAfterMs: 0 });
  },
);

contract("a bucket that is full gains nothing more", async (store) => {
  const bucket = { capacity: 2, refillPerSecond: 1, cost: 2 };
  const take = (atMs: number) => store.rateLimits.take("a", bucket, atMs);
  assert.deepEqual(await take(NOW), { retryAfterMs: 0 });
  const later = NOW + 3_600_000;
  assert.deepEqual(await take(later), { retryAfterMs: 0 });
  assert.deepEqual(await take(later), { retryAfterMs: 2_000 });
  await store.rateLimits.reset("a");
  assert.deepEqual(await take(later), { retryAfterMs: 0 });
});

contract(
  "what can never be had is refused with a finite wait",
  async (store) => {
    const take = (bucket: Parameters<typeof store.rateLimits.take>[1]) =>
      store.rateLimits.take("k".repeat(10_000), bucket, NOW);
    const dear = await take({ capacity: 2, refillPerSecond: 1, cost: 3 });
    assert.ok(
      dear.retryAfterMs > 1e9 && Number.isSafeInteger(dear.retryAfterMs),
    );
    const never = { capacity: 2, refillPerSecond: 0, cost: 1 };
    assert.deepEqual(await take(never), { retryAfterMs: 0 });
    assert.deepEqual(await take(never), { retryAfterMs: 0 });
    const { retryAfterMs } = await take(never);
    assert.ok(retryAfterMs > 1e9 && Number.isSafeInteger(retryAfterMs));
    const vast = { capacity: 1e12, refillPerSecond: 1e-9, cost: 1e11 };
    await store.rateLimits.reset("k".repeat(10_000));
    assert.deepEqual(await take(vast), { retryAfterMs: 0 });
  },
);

contract(
  "buckets that have been full for long are forgotten",
  async (store) => {
    const bucket = { capacity: 2, refillPerSecond: 1, cost: 1 };
    await store.rateLimits.take("a", bucket, NOW);
    assert.equal(await store.rateLimits.prune(NOW + 1_000), 0);
    assert.equal(await store.rateLimits.prune(NOW + 1_001), 1);
  },
);

contract(
  "all who share a bucket get no more than it holds",
  async (store, { openAnother }) => {
    const other = await openAnother();
    const bucket = { capacity: 7, refillPerSecond: 1, cost: 1 };
    const answers = await Promise.all(
      Array.from(
        { length: 30 },
        (_, n) => (n % 2 ? store : other).rateLimits.take("a", bucket, NOW),
      ),
    );
    const taken = answers.filter(({ retryAfterMs }) => retryAfterMs === 0);
    assert.equal(taken.length, 7);
  },
);

contract(
  "never more is taken than the capacity and what was gained since, and the wait that is told is right",
  async (store) => {
    let bucketNumber = 0;
    const steps = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 3_000 }),
        cost: fc.integer({ min: 1, max: 6 }),
      }),
      { minLength: 1, maxLength: 25 },
    );
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(0.1, 0.7, 1, 2, 3, 7, 50),
      steps,
      async (capacity, refillPerSecond, takes) => {
        const key = `bucket ${bucketNumber++}`;
        let nowMs = NOW;
        let taken = 0;
        for (const { waitMs, cost } of takes) {
          nowMs += waitMs;
          const bucket = { capacity, refillPerSecond, cost };
          const { retryAfterMs } = await store.rateLimits.take(
            key,
            bucket,
            nowMs,
          );
          if (retryAfterMs === 0) {
            taken += cost;
          } else if (cost <= capacity) {
            nowMs += retryAfterMs;
            const again = await store.rateLimits.take(key, bucket, nowMs);
            assert.deepEqual(again, { retryAfterMs: 0 });
            taken += cost;
          } else assert.ok(retryAfterMs > 1e9);
          const most = capacity + (nowMs - NOW) / 1_000 * refillPerSecond;
          assert.ok(taken <= most + 1e-6, `${taken} of ${most}`);
        }
      },
    );
    await fc.assert(property, { numRuns: 15 });
  },
);

contract(
  "many keys at once are given what each would be alone, also the same key more than once",
  async (store) => {
    const bucket = { capacity: 3, refillPerSecond: 2 };
    const take = (keys: string[], atMs: number) =>
      store.rateLimits.takeEach(keys, bucket, atMs);
    const waits = async (...keys: string[]) =>
      (await take(keys, NOW)).map(({ retryAfterMs }) => retryAfterMs);
    assert.deepEqual(await waits(), []);
    assert.deepEqual(await waits("b", "a", "a"), [0, 0, 0]);
    assert.deepEqual(await waits("a", "b", "a"), [0, 0, 500]);
    assert.deepEqual(await waits("a", "b"), [500, 0]);
    assert.deepEqual(await waits("b", "c"), [500, 0]);
    const later = await take(["a", "a"], NOW + 1_000);
    assert.deepEqual(later, [{ retryAfterMs: 0 }, { retryAfterMs: 0 }]);
    const none = await store.rateLimits
      .takeEach(["d"], { capacity: 0, refillPerSecond: 1 }, NOW);
    assert.ok((none[0]?.retryAfterMs ?? 0) > 0);
  },
);
