import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { sharePlaces } from "../../src/app/delivery/places.ts";

/** The places of a provider with two channels. */
function two(total: number) {
  const [sms, whatsApp] = sharePlaces(total, 2);
  assert.ok(sms && whatsApp);
  return { sms, whatsApp };
}

Deno.test("a channel that is alone in using its provider has every place", () => {
  const { sms } = two(10);
  assert.equal(sms.take(), 10);
  assert.equal(sms.take(), 0);
  sms.give(3);
  assert.equal(sms.take(), 3);
});

Deno.test("a channel that wants few leaves the rest, and waits for nothing where there is none", () => {
  const { sms, whatsApp } = two(10);
  assert.equal(sms.takeUpTo(3), 3);
  assert.equal(whatsApp.take(), 7);
  assert.equal(sms.takeUpTo(1), 0);
  whatsApp.give(7);
  assert.equal(whatsApp.take(), 7);
});

Deno.test("a channel that has waited gets its even share before one that has had its turn", () => {
  const { sms, whatsApp } = two(10);
  assert.equal(sms.take(), 10);
  sms.wait();
  assert.equal(whatsApp.take(), 0);
  sms.give(4);
  // One that asks later is no longer first.
  sms.wait();
  assert.equal(whatsApp.take(), 4);
  whatsApp.wait();
  sms.give(2);
  assert.equal(sms.take(), 2);
});

Deno.test("of a single place two channels take turns", () => {
  const { sms, whatsApp } = two(1);
  const order: string[] = [];
  assert.equal(sms.take(), 1);
  assert.equal(whatsApp.take(), 0);
  sms.wait();
  for (let turn = 0; turn < 4; turn++) {
    const [holds, asks, name] = turn % 2 === 0
      ? [sms, whatsApp, "WhatsApp"]
      : [whatsApp, sms, "SMS"];
    holds.give(1);
    assert.equal(holds.take(), 0);
    assert.equal(asks.take(), 1);
    asks.wait();
    order.push(name);
  }
  assert.deepEqual(order, ["WhatsApp", "SMS", "WhatsApp", "SMS"]);
});

Deno.test("who waits hears of places that are given back, and of others that wait no more", async () => {
  const { sms, whatsApp } = two(2);
  sms.take();
  const given = whatsApp.freed();
  sms.give(1);
  await given;
  assert.equal(whatsApp.take(), 1);
  assert.equal(sms.take(), 0);
  whatsApp.wait();
  const left = whatsApp.freed();
  sms.leave();
  await left;
});

Deno.test("property: no more are taken than there are, and whoever waits for longest gets one that is free", () => {
  const step = fc.record({
    at: fc.nat(2),
    what: fc.constantFrom("take", "give", "wait", "leave"),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(step, { maxLength: 60 }),
      (total, steps) => {
        const places = sharePlaces(total, 3);
        const held = [0, 0, 0];
        for (const { at, what } of steps) {
          const one = places[at];
          if (!one) continue;
          if (what === "take") held[at] = (held[at] ?? 0) + one.take();
          else if (what === "give" && (held[at] ?? 0) > 0) {
            one.give(1);
            held[at] = (held[at] ?? 0) - 1;
          } else if (what === "wait") one.wait();
          else if (what === "leave") one.leave();
          const sum = held.reduce((a, b) => a + b, 0);
          assert.ok(sum <= total);
        }
        for (const one of places) one.leave();
        const free = total - held.reduce((a, b) => a + b, 0);
        for (const one of places) one.wait();
        assert.equal(places[0]?.take(), free);
      },
    ),
  );
});
