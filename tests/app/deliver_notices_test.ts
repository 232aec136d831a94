import assert from "node:assert/strict";
import { createNoticeDeliverer } from "../../src/app/notices/deliver_notices.ts";
import type { Engine } from "../../src/app/engine.ts";
import { writeNotices } from "../../src/app/notices/write_notices.ts";
import { guardChannel } from "../../src/channels/guard.ts";
import type { OutgoingMessage, SendResult } from "../../src/ports/channel.ts";
import { UNOBSERVED } from "../../src/ports/observer.ts";
import type { Store } from "../../src/ports/store.ts";
import { pageMessage } from "../channels/message.ts";
import { forEachStore } from "../stores.ts";
import { createWorld, NOW } from "../store/fixture.ts";

const SENT: SendResult = { outcome: "sent", providerMessageId: null };

/** A deliverer over one guarded SMS channel whose every message the test answers by hand. */
async function desk(store: Store, notices: number) {
  const { ada } = await createWorld(store);
  await store.responders.insertContactMethod({
    responderId: ada.id,
    channel: "sms",
    address: "+441632960001",
    label: "",
    enabled: true,
  }, NOW);
  const engine: Engine = {
    store,
    clock: () => NOW,
    random: () => 0.5,
    newId: () => crypto.randomUUID(),
    sendingEnabled: true,
    observer: UNOBSERVED,
    kick: () => {},
    lookSoon: () => {},
  };
  const drafts = Array.from({ length: notices }, (_, index) => ({
    dedupKey: `notice ${index}`,
    about: { kind: "readiness" } as const,
    responderId: ada.id,
    subject: "Look",
    text: "Look at this.",
    link: null,
    dueAtMs: NOW,
    expiresAtMs: NOW + 60_000,
  }));
  await writeNotices({ engine, tx: store, nowMs: NOW }, drafts);
  const begun: { message: OutgoingMessage; answer(): void }[] = [];
  const waiting: { count: number; resolve(): void }[] = [];
  const channel = guardChannel({
    kind: "sms",
    provider: "Infobip",
    send: (message) =>
      new Promise<SendResult>((resolve) => {
        begun.push({ message, answer: () => resolve(SENT) });
        for (const one of waiting) {
          if (begun.length >= one.count) one.resolve();
        }
      }),
  }, { clock: () => NOW });
  const deliverer = createNoticeDeliverer(engine, {
    channels: new Map([["sms", channel]]),
    node: "node-test",
    leaseMs: 20_000,
    isBusy: (kind) => kind === "sms" && channel.health().inFlight > 0,
    check: (notice) => Promise.resolve({ send: notice }),
  });
  /** Settles when so many messages have begun. */
  const begins = (count: number) =>
    new Promise<void>((resolve) => {
      if (begun.length >= count) resolve();
      else waiting.push({ count, resolve });
    });
  const deliver = () => deliverer.deliver({ firstAttemptsOnly: false });
  return { begun, begins, deliver, channel, deliverer };
}

forEachStore(
  "of many notices two are on their way at once, and a page goes past them",
  async (store) => {
    const { begun, begins, deliver, channel } = await desk(store, 7);
    const delivering = deliver();
    await begins(2);
    assert.equal(channel.health().inFlight, 2);
    const { signal } = new AbortController();
    const paging = channel.send(pageMessage(), signal);
    await begins(3);
    assert.equal(begun[2]?.message.kind, "page");
    begun[2]?.answer();
    assert.deepEqual(await paging, SENT);
    for (let next = 0, count = 3; count < 8;) {
      begun[next]?.answer();
      begun[next + 1]?.answer();
      next = count;
      count = Math.min(count + 2, 8);
      await begins(count);
    }
    for (const one of begun) one.answer();
    assert.deepEqual(await delivering, { sent: 7, retried: 0, failed: 0 });
  },
);

forEachStore(
  "while a page is on its way no notice begins, and none loses an attempt",
  async (store) => {
    const { begun, begins, deliver, channel } = await desk(store, 1);
    const { signal } = new AbortController();
    const paging = channel.send(pageMessage(), signal);
    await begins(1);
    assert.deepEqual(await deliver(), { sent: 0, retried: 0, failed: 0 });
    assert.equal(begun.length, 1);
    begun[0]?.answer();
    await paging;
    const delivering = deliver();
    await begins(2);
    begun[1]?.answer();
    assert.deepEqual(await delivering, { sent: 1, retried: 0, failed: 0 });
  },
);

forEachStore(
  "a deliverer that has been stopped finishes what is on its way and begins nothing",
  async (store) => {
    const { begun, begins, deliver, deliverer } = await desk(store, 5);
    const delivering = deliver();
    await begins(2);
    const stopping = deliverer.stop();
    for (const one of begun) one.answer();
    await stopping;
    assert.deepEqual(await delivering, { sent: 2, retried: 0, failed: 0 });
    assert.equal(begun.length, 2);
  },
);
