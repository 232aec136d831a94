import assert from "node:assert/strict";
import type { Notification } from "../../../src/domain/delivery/notification.ts";
import {
  TIMELINE_KINDS,
  type TimelineEntry,
} from "../../../src/domain/incidents/timeline.ts";
import { story } from "../../../src/web/view/incidents/story.ts";
import { plain } from "../../../src/web/view/words.ts";
import { aNotification, grafana, maya, NOW_MS } from "../../domain/examples.ts";

const view = { nowMs: NOW_MS, timeZone: "UTC" };
const responders = new Map([[1, "Maya Okafor"], [2, "Idris Bello"]]);

Deno.test("a page is one rung that says what has become of it", () => {
  const entries = [
    entry({ kind: "page_sent", detail: pageOf(7) }),
    entry({ kind: "page_delivered", detail: pageOf(7) }),
  ];
  const delivered = aRow({
    state: "delivered",
    sentAtMs: NOW_MS,
    deliveredAtMs: NOW_MS + 3_000,
  });
  assert.deepEqual(told(entries, [delivered]), [
    "done: Paged Maya Okafor by SMS, delivered after 3 s",
  ]);
});

Deno.test("a page that fails after it was sent turns its rung, and tells why", () => {
  const entries = [
    entry({ kind: "page_sent", detail: pageOf(7) }),
    entry({
      kind: "page_failed",
      detail: { ...pageOf(7), error: "No such number" },
    }),
  ];
  const failed = aRow({ state: "failed", error: "No such number" });
  assert.deepEqual(told(entries, [failed]), [
    "bad: Paged Maya Okafor by SMS: No such number",
  ]);
});

Deno.test("a page that never left is a rung of its own", () => {
  const detail = { ...pageOf(7), channel: "whatsapp", error: "no account" };
  assert.deepEqual(told([entry({ kind: "page_failed", detail })]), [
    "bad: Could not page Maya Okafor by WhatsApp: no account",
  ]);
});

Deno.test("people are named with how their word reached us, and those who are gone are missed", () => {
  const link = { ...maya, via: "link" } as const;
  assert.deepEqual(
    told([
      entry({ kind: "acknowledged", actor: link }),
      entry({
        kind: "step_paged",
        detail: { step: 1, round: 1, responderIds: [2, 9] },
      }),
    ]),
    [
      "done: Acknowledged by Maya Okafor from the link in the page",
      "done: Step 2 of policy Payments, time 2 through: Idris Bello and somebody who is gone",
    ],
  );
});

Deno.test("a note keeps its own lines", () => {
  const [rung] = rungs([
    entry({
      kind: "note_added",
      actor: maya,
      detail: { text: "rolled\nback" },
    }),
  ]);
  assert.equal(rung?.text, "rolled\nback");
});

Deno.test("every kind of entry says something readable, whatever its detail holds", () => {
  for (const kind of TIMELINE_KINDS) {
    for (
      const detail of [{}, {
        ...pageOf(7),
        reason: "x",
        error: "y",
        remark: "z",
      }]
    ) {
      const [rung] = rungs([entry({ kind, actor: grafana, detail })]);
      const text = rung ? plain(rung.words) : "";
      assert.ok(text.length > 8, kind);
      assert.doesNotMatch(text, /undefined|null|NaN|\[object/, kind);
    }
  }
});

function told(
  entries: TimelineEntry[],
  notifications: Notification[] = [],
): string[] {
  return rungs(entries, notifications).map((rung) =>
    `${rung.state}: ${plain(rung.words).replaceAll("\u00A0", " ")}`
  );
}

function rungs(entries: TimelineEntry[], notifications: Notification[] = []) {
  const policyName = "Payments";
  return story(entries, { notifications, responders, policyName, view });
}

function entry(patch: Partial<TimelineEntry>): TimelineEntry {
  return {
    id: 1,
    incidentId: 1,
    kind: "opened",
    atMs: NOW_MS,
    actor: grafana,
    detail: {},
    ...patch,
  };
}

function pageOf(notificationId: number): TimelineEntry["detail"] {
  return { notificationId, responderId: 1, channel: "sms" };
}

function aRow(patch: Partial<Notification>): Notification {
  return aNotification({ id: 7, ...patch });
}
