import assert from "node:assert/strict";
import { shownNotification } from "../../../src/web/view/notification_words.ts";
import { plain } from "../../../src/web/view/words.ts";
import { aNotification, NOW_MS } from "../../domain/examples.ts";

function words(patch: Parameters<typeof aNotification>[0]): string {
  const view = { nowMs: NOW_MS, timeZone: "UTC" };
  const shown = shownNotification(aNotification(patch), {
    to: "Maya Okafor",
    view,
    retryable: false,
  });
  return plain(shown.words).replaceAll("\u00a0", " ");
}

Deno.test("a message says that it may have arrived twice, or all the same", () => {
  const sent = { state: "sent", provider: "Infobip", attempt: 2 } as const;
  assert.equal(words(sent), "accepted by Infobip, 2 attempts");
  assert.equal(
    words({ ...sent, maybeSentTwice: true }),
    "accepted by Infobip, 2 attempts; may have arrived twice",
  );
  const failed = { state: "failed", error: "No answer" } as const;
  assert.equal(words(failed), "No answer");
  assert.equal(
    words({ ...failed, outcomeUnknown: true }),
    "No answer; may have arrived all the same",
  );
  assert.equal(
    words({ state: "cancelled", outcomeUnknown: true }),
    "cancelled; may have arrived all the same",
  );
});
