import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  type Notification,
  NOTIFICATION_STATES,
} from "../../../src/domain/delivery/notification.ts";
import { CHANNEL_KINDS } from "../../../src/domain/responders/people.ts";
import { turnAside } from "../../../src/domain/delivery/turn_aside.ts";
import { aNotification, MINUTE_MS, NOW_MS } from "../examples.ts";

const waiting = aNotification({
  id: 1,
  channel: "sms",
  state: "queued",
  dueAtMs: NOW_MS + 15_000,
  firstDueAtMs: NOW_MS,
});

function later(patch: Partial<Notification> = {}): Notification {
  const dueAtMs = NOW_MS + 10 * MINUTE_MS;
  return aNotification({
    ...{ id: 2, contactMethodId: 2, channel: "email", state: "queued" },
    ...{ attempt: 0, dueAtMs, firstDueAtMs: dueAtMs },
    ...patch,
  });
}

Deno.test("a page planned for later on another channel is sent now", () => {
  const aside = turnAside(waiting, [waiting, later()], NOW_MS);
  assert.ok(aside?.kind === "hurry");
  assert.equal(aside.notification.id, 2);
  assert.equal(aside.notification.dueAtMs, NOW_MS);
  assert.equal(aside.notification.firstDueAtMs, NOW_MS);
});

Deno.test("a person who is reached on another channel is left in peace", () => {
  for (const state of ["sending", "sent", "delivered"] as const) {
    const reached = later({ state });
    assert.equal(turnAside(waiting, [waiting, reached], NOW_MS), null);
  }
  const due = later({ dueAtMs: NOW_MS, firstDueAtMs: NOW_MS });
  assert.equal(turnAside(waiting, [waiting, due], NOW_MS), null);
});

Deno.test("neither the same channel nor another person's page is hurried", () => {
  const sameChannel = later({ channel: "sms" });
  const somebodyElse = later({ responderId: waiting.responderId + 1 });
  const aside = turnAside(
    waiting,
    [waiting, sameChannel, somebodyElse],
    NOW_MS,
  );
  assert.deepEqual(aside, {
    kind: "unused",
    usedContactMethodIds: [waiting.contactMethodId, 2],
  });
});

Deno.test("what was hurried once and waits itself is not hurried again", () => {
  const refused = later({ dueAtMs: NOW_MS + 15_000, firstDueAtMs: NOW_MS });
  const aside = turnAside(waiting, [waiting, refused], NOW_MS);
  assert.equal(aside?.kind, "unused");
});

Deno.test("property: hurrying never goes on for ever, whatever the pages", () => {
  const row = fc.record({
    channel: fc.constantFrom(...CHANNEL_KINDS),
    state: fc.constantFrom(...NOTIFICATION_STATES),
    attempt: fc.integer({ min: 0, max: 6 }),
    later: fc.integer({ min: 0, max: 10 }),
  });
  fc.assert(fc.property(fc.array(row, { maxLength: 6 }), (drawn) => {
    const rows = [
      waiting,
      ...drawn.map(({ channel, state, attempt, later: minutes }, index) => {
        const dueAtMs = NOW_MS + minutes * MINUTE_MS;
        return aNotification({
          ...{ id: index + 2, contactMethodId: index + 2 },
          ...{ channel, state, attempt, dueAtMs, firstDueAtMs: dueAtMs },
        });
      }),
    ];
    // Every hurried page is refused at once, as if no provider took anything.
    for (let hurried = 0;; hurried++) {
      assert.ok(hurried <= rows.length);
      const aside = turnAside(waiting, rows, NOW_MS);
      if (aside?.kind !== "hurry") return;
      const index = rows.findIndex(({ id }) => id === aside.notification.id);
      rows[index] = { ...aside.notification, dueAtMs: NOW_MS + 15_000 };
    }
  }));
});
