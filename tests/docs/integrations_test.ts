import assert from "node:assert/strict";
import {
  SOURCE_KINDS,
  type SourceKind,
} from "../../src/domain/intake/alert_source.ts";
import { CHANNEL_KINDS } from "../../src/domain/responders/people.ts";
import { readInfobipReceipts } from "../../src/channels/infobip_receipts.ts";
import { snippets } from "../../src/web/view/sources/source_snippets.ts";
import { customerPages } from "../../scripts/docs/page_source.ts";
import { readRepository } from "../../scripts/docs/repository.ts";
import { aRequest, formats } from "../sources/fixture.ts";
import { ROOT } from "./built.ts";
import { fencesByFile } from "./fences.ts";

const PAGES = customerPages(readRepository(ROOT).markdown);
const FENCES = fencesByFile();

/** Promises the page's file; throws where there is none, or more than one. */
function pageOf(kind: { source: string } | { channel: string }): string {
  const pages = PAGES.filter(({ meta }) =>
    JSON.stringify(meta.integration) === JSON.stringify(kind)
  );
  assert.equal(pages.length, 1, JSON.stringify(kind));
  return pages[0]?.file ?? "";
}

const blocks = (file: string, word: string) =>
  (FENCES.get(file) ?? []).filter(({ words }) => words.includes(word));

Deno.test("each source and each channel has a page", () => {
  for (const source of SOURCE_KINDS) pageOf({ source });
  for (const channel of CHANNEL_KINDS) pageOf({ channel });
});

/** Where each kind posts to. */
function addressOf(kind: SourceKind): string {
  const path = kind === "generic" ? "alerts" : `webhooks/${kind}`;
  return `https://pager.example.com/api/v1/${path}`;
}

Deno.test("the set-up on a source's page is what the application shows to paste", () => {
  for (const kind of SOURCE_KINDS) {
    const shown = (FENCES.get(pageOf({ source: kind })) ?? [])
      .map(({ content }) => content.trim());
    const options = { url: addressOf(kind), key: "<key>" };
    for (const { title, text } of snippets(kind, options)) {
      const pasted = text.replaceAll(encodeURIComponent("<key>"), "<key>");
      assert.ok(shown.some((one) => one.includes(pasted)), title);
    }
  }
});

Deno.test("the payloads on a source's page open an incident", async () => {
  for (const kind of SOURCE_KINDS) {
    const payloads = blocks(pageOf({ source: kind }), "payload");
    assert.ok(payloads.length > 0, kind);
    for (const { file, line, content } of payloads) {
      const request = aRequest(kind, content, {
        settings: { snsAllowRawDelivery: true },
      });
      const reading = await formats[kind].read(request);
      assert.equal(reading.kind, "alerts", `${file}:${line}`);
      if (reading.kind !== "alerts") continue;
      const [alert, ...more] = reading.alerts;
      assert.equal(more.length, 0);
      assert.equal(alert?.kind, "firing", `${file}:${line}`);
      assert.equal(reading.warning, null, `${file}:${line}`);
    }
  }
});

Deno.test("the receipt on the page of SMS tells of a delivery", () => {
  const [receipt] = blocks(pageOf({ channel: "sms" }), "receipts");
  assert.ok(receipt);
  const read = readInfobipReceipts(JSON.parse(receipt.content));
  assert.ok(read.ok);
  assert.deepEqual(read.receipts.map(({ state }) => state), ["delivered"]);
  assert.equal(read.ignored, 0);
});
