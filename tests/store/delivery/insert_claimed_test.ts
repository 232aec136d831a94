/** Pages that are claimed as they are written. */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { Severity } from "../../../src/domain/intake/alert.ts";
import type { NewNotification } from "../../../src/domain/delivery/notification.ts";
import type {
  Claim,
  NewPage,
} from "../../../src/ports/notification_repository.ts";
import type { Store } from "../../../src/ports/store.ts";
import { withStore } from "../../stores.ts";
import {
  contract,
  createWorld,
  MINUTE,
  newPage,
  NOW,
  open,
  type World,
} from "../fixture.ts";

const WINDOW = 10_000;
const [HERS, HIS] = ["+441632960001", "+441632960002"];

function claim(changes: Partial<Claim> = {}): Claim {
  const nowMs = changes.nowMs ?? NOW;
  return {
    ...{ channel: "sms", owner: "node-1", nowMs, limit: 10 },
    leaseUntilMs: nowMs + MINUTE,
    ...{ firstAttemptsOnly: false, bundlingMs: WINDOW },
    ...changes,
  };
}

/** Promises a page of a new incident, to be written. */
async function page(
  store: Store,
  world: World,
  externalId: string,
  { severity = "error", ...changes }:
    & Partial<NewNotification>
    & { severity?: Severity } = {},
): Promise<NewPage> {
  const incident = await open(store, world, { externalId, severity });
  return {
    notification: newPage(world, incident, changes),
    incident,
    teamName: world.team.name,
    sourceName: world.source.name,
    responderName: world.ada.name,
  };
}

function titles(all: { incident: { id: number } }[]): number[] {
  return all.map(({ incident: { id } }) => id);
}

contract(
  "a page that is claimed as it is written is what a claim would have made of it",
  async (store) => {
    const world = await createWorld(store);
    const first = await page(store, world, "first");
    const second = await page(store, world, "second", { address: HIS });
    const [written] = await store.notifications
      .insertClaimed([first], [claim()]);
    await store.notifications.insert([second.notification]);
    const [claimed] = await store.notifications.claim(claim());
    assert.ok(written && claimed);
    const { id } = written.notification;
    assert.deepEqual(await store.notifications.find(id), written.notification);
    const { incidentId, address, idempotencyKey } = written.notification;
    assert.deepEqual(
      { ...claimed.notification, id, incidentId, address, idempotencyKey },
      written.notification,
    );
    assert.deepEqual(
      { ...claimed, notification: 0, incident: 0 },
      { ...written, notification: 0, incident: 0 },
    );
    const { externalId } = first.incident as { externalId?: string };
    for (const [name, value] of Object.entries(claimed.incident)) {
      if (value === "second") assert.equal(externalId, "first");
      else if (name !== "id") {
        const own: unknown = Reflect.get(written.incident, name);
        assert.deepEqual(own, value, name);
      }
    }
    assert.deepEqual(await store.notifications.claim(claim()), []);
  },
);

contract(
  "of pages that are written no more are claimed than a claim wants, the most severe first",
  async (store) => {
    const world = await createWorld(store);
    const pages = [];
    for (
      const [n, severity] of (["info", "critical", "error"] as const).entries()
    ) {
      const address = `+44163296000${n}`;
      pages.push(await page(store, world, severity, { severity, address }));
    }
    const later = { dueAtMs: NOW + 1, address: "+441632960009" };
    const mail = { channel: "email", address: "a@example.com" } as const;
    const rest = [
      await page(store, world, "later", { ...later, severity: "critical" }),
      await page(store, world, "mail", { ...mail, severity: "critical" }),
      await page(store, world, "off", { address: HIS, state: "suppressed" }),
    ];
    const claimed = await store.notifications
      .insertClaimed([...pages, ...rest], [claim({ limit: 2 })]);
    assert.deepEqual(
      titles(claimed),
      titles([pages[1], pages[2]].flatMap((one) => one ?? [])),
    );
    const states = [];
    for (const { incident: { id } } of [...pages, ...rest]) {
      const [row] = await store.notifications.listByIncident(id);
      states.push(row?.state);
    }
    assert.deepEqual(states, [
      ...["queued", "sending", "sending"],
      ...["queued", "queued", "suppressed"],
    ]);
  },
);

contract(
  "a page to somebody to whom another one is due is left, so that they go together",
  async (store) => {
    const world = await createWorld(store);
    const waits = await page(store, world, "waits");
    await store.notifications.insert([waits.notification]);
    const comes = await page(store, world, "comes");
    const other = await page(store, world, "other", { address: HIS });
    const claimed = await store.notifications
      .insertClaimed([comes, other], [claim()]);
    assert.deepEqual(titles(claimed), titles([other]));
    const both = await store.notifications.claim(claim());
    assert.deepEqual(titles(both).sort(), titles([waits, comes]));
    assert.equal(both[0]?.notification.bundle?.size, 2);
  },
);

contract(
  "two processes that write a page to one person at once make one message of one of them",
  async (store, { openAnother }) => {
    const world = await createWorld(store);
    const other = await openAnother();
    for (let round = 0; round < 5; round++) {
      const nowMs = NOW + round * MINUTE;
      const due = { dueAtMs: nowMs, createdAtMs: nowMs };
      const [a, b] = [
        await page(store, world, `a ${round}`, due),
        await page(store, world, `b ${round}`, due),
      ];
      const [first, second] = await Promise.all([
        store.transaction((tx) =>
          tx.notifications.insertClaimed([a], [claim({ nowMs })])
        ),
        other.transaction((tx) =>
          tx.notifications.insertClaimed([b], [claim({ nowMs })])
        ),
      ]);
      assert.equal([...first, ...second].length, 1);
      assert.deepEqual(await store.notifications.claim(claim({ nowMs })), []);
      await settle(store, [...first, ...second], nowMs);
      const end = claim({ nowMs: nowMs + WINDOW });
      await settle(store, await store.notifications.claim(end), nowMs);
    }
  },
);

async function settle(
  store: Store,
  claimed: { notification: { id: number } }[],
  atMs: number,
): Promise<void> {
  await store.notifications.settleTogether(
    claimed.map(({ notification: { id } }) => id),
    {
      ...{ state: "sent", error: null, deliveredAtMs: null },
      ...{ sentAtMs: atMs, updatedAtMs: atMs },
    },
    { state: "sending", attempt: 1 },
  );
}

const moments = fc.array(
  fc.record({
    passesMs: fc.constantFrom(0, 1_000, WINDOW - 1, WINDOW, 3 * WINDOW),
    limit: fc.constantFrom(1, 2, 10),
    pages: fc.array(
      fc.record({
        address: fc.constantFrom(HERS, HIS),
        severity: fc.constantFrom("info", "error", "critical"),
      }),
      { maxLength: 3 },
    ),
  }),
  { minLength: 1, maxLength: 8 },
) as fc.Arbitrary<
  {
    passesMs: number;
    limit: number;
    pages: { address: string; severity: Severity }[];
  }[]
>;

for (const backend of ["libSQL", "PostgreSQL"] as const) {
  Deno.test(`whether pages are claimed as they are written or afterwards, the same goes together at the same time (${backend})`, async () => {
    await fc.assert(
      fc.asyncProperty(moments, async (given) => {
        const told: unknown[] = [];
        for (const way of ["as written", "afterwards"]) {
          await withStore(backend, async (store) => {
            const world = await createWorld(store);
            let nowMs = NOW;
            const story: string[][] = [];
            for (const [at, moment] of given.entries()) {
              nowMs += moment.passesMs;
              const due = { dueAtMs: nowMs, createdAtMs: nowMs };
              const pages: NewPage[] = [];
              for (const [n, one] of moment.pages.entries()) {
                const changes = { ...one, ...due };
                pages.push(await page(store, world, `${at}.${n}`, changes));
              }
              const messages = await store.transaction((tx) =>
                tx.notifications.insertClaimed(
                  pages,
                  way === "as written"
                    ? [claim({ nowMs, limit: moment.limit })]
                    : [],
                )
              );
              for (;;) {
                const more = await store.notifications.claim(claim({ nowMs }));
                if (more.length === 0) break;
                messages.push(...more);
              }
              await settle(store, messages, nowMs);
              const byKey = Map.groupBy(
                messages,
                ({ notification: { idempotencyKey } }) => idempotencyKey,
              );
              story.push(
                [...byKey.values()].map((some) => titles(some).sort().join())
                  .sort(),
              );
            }
            told.push(story);
          });
        }
        assert.deepEqual(told[0], told[1]);
      }),
      { numRuns: backend === "libSQL" ? 100 : 10 },
    );
  });
}
