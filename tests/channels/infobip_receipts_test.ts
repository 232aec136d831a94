import assert from "node:assert/strict";
import {
  readInfobipReceipts,
  type ReadReceipts,
} from "../../src/channels/infobip_receipts.ts";
import { sample } from "./samples.ts";

async function readSample(name: string) {
  return readInfobipReceipts(JSON.parse(await sample(name)));
}

function receipts(read: ReadReceipts) {
  assert.ok(read.ok);
  return read.receipts;
}

const OURS = "n_01JNAV5Z7C8W3H9QK2RM4T6XYZ";

const SINGLE: [string, string, string, string][] = [
  ["dlr-sms-v3-delivered.json", OURS, "delivered", ""],
  ["dlr-sms-v3-delivered-to-operator.json", OURS, "accepted", ""],
  ["dlr-sms-v3-expired-dlr-unknown.json", OURS, "accepted", ""],
  ["dlr-sms-v3-unknown-message.json", "not-ours", "delivered", ""],
  [
    "wa-dlr-delivered.json",
    "fb469d73-d362-463f-b30f-1e959b53badc",
    "delivered",
    "",
  ],
  [
    "dlr-sms-v3-undeliverable.json",
    OURS,
    "failed",
    "Undeliverable: the phone is switched off or out of reach.",
  ],
  [
    "dlr-sms-v3-rejected-by-operator.json",
    OURS,
    "failed",
    "Undeliverable: the mobile operator refused the message.",
  ],
];

for (const [name, providerMessageId, state, error] of SINGLE) {
  Deno.test(`the report in ${name} reads as ${state}`, async () => {
    assert.deepEqual(await readSample(name), {
      ok: true,
      receipts: [{ providerMessageId, state, error }],
      ignored: 0,
    });
  });
}

Deno.test("a report that the time was up reads as failed", async () => {
  const [receipt] = receipts(await readSample("dlr-sms-v3-expired.json"));
  assert.equal(receipt?.state, "failed");
  assert.match(receipt.error, /^Not delivered within its time/);
});

Deno.test("reports of version 2 are read", async () => {
  const read = receipts(await readSample("dlr-sms-v2.json"));
  assert.deepEqual(read.map((each) => each.state), ["delivered", "delivered"]);
});

Deno.test("all reports of a batch are read, in its order", async () => {
  const pair = receipts(await readSample("dlr-sms-v3-delivered-batch.json"));
  assert.deepEqual(pair.map((each) => each.providerMessageId), [
    "MESSAGE-ID-123-xyz",
    "12db39c3-7822-4e72-a3ec-c87442c0ffc5",
  ]);
  const batch = await readSample("dlr-sms-v3-batch-of-100.json");
  assert.equal(receipts(batch).length, 100);
});

const report = (
  groupId: number,
  id: number,
  more: Record<string, unknown> = {},
) => ({ messageId: "m", status: { groupId, id, name: "N" }, ...more });

const STATES: [number, number, string][] = [
  [0, 0, "accepted"],
  [1, 3, "accepted"],
  [1, 26, "accepted"],
  [2, 4, "failed"],
  [2, 31, "failed"],
  [3, 2, "accepted"],
  [3, 5, "delivered"],
  [4, 15, "failed"],
  [4, 29, "accepted"],
  [5, 6, "failed"],
  [5, 23, "accepted"],
  [42, 1, "accepted"],
];

for (const [groupId, id, state] of STATES) {
  Deno.test(`a report of status ${id} of group ${groupId} reads as ${state}`, () => {
    const read = receipts(
      readInfobipReceipts({ results: [report(groupId, id)] }),
    );
    assert.equal(read[0]?.state, state);
    assert.equal(read[0]?.error === "", state !== "failed");
  });
}

Deno.test("a seen report and one that cannot be read are counted and do not spoil the batch", () => {
  const read = readInfobipReceipts({
    results: [
      { messageId: "m", from: "1", to: "2", seenAt: "2026-03-02T07:14:31Z" },
      null,
      "report",
      { status: { groupId: 3, id: 5 } },
      report(3, 5, { messageId: "x".repeat(5_000) }),
      report(3, 5),
    ],
  });
  assert.ok(read.ok);
  assert.equal(read.ignored, 5);
  assert.equal(read.receipts.length, 1);
});

Deno.test("what a report says of its error is never repeated unless it is a plain name", () => {
  const read = receipts(readInfobipReceipts({
    results: [report(2, 4, { error: { name: "<b>\r\nX: y" } })],
  }));
  assert.equal(read[0]?.error, "Undeliverable: N.");
});

for (const body of [null, "", 5, [], {}, { results: {} }, { results: null }]) {
  Deno.test(`${JSON.stringify(body)} is refused as no list of reports`, () => {
    assert.deepEqual(readInfobipReceipts(body), {
      ok: false,
      message: "`results` must be a list of reports.",
    });
  });
}

Deno.test("a batch of 2,000 is read and one of 2,001 is refused", () => {
  const batch = (length: number) => ({
    results: Array.from({ length }, () => report(3, 5)),
  });
  assert.equal(receipts(readInfobipReceipts(batch(2_000))).length, 2_000);
  assert.equal(readInfobipReceipts(batch(2_001)).ok, false);
});
