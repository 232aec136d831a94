import assert from "node:assert/strict";
import anyAscii from "any-ascii";
import fc from "npm:fast-check@4.10.2";
import { SEVERITIES } from "../../../src/domain/intake/alert.ts";
import { bundleMailContent } from "../../../src/domain/delivery/bundle_mail.ts";
import {
  bundleCount,
  bundleOf,
  type BundlePage,
  bundlePlaceholders,
  bundleSmsText,
  bundleWhatsAppText,
} from "../../../src/domain/delivery/bundle_text.ts";
import { isGsm7, septets } from "../../../src/domain/gsm7.ts";
import { mailPlainText } from "../../../src/domain/delivery/mail_text.ts";
import type { PageFacts } from "../../../src/domain/delivery/page_text.ts";

type Facts = PageFacts["incident"];

function incident(changes: Partial<Facts> = {}): Facts {
  return {
    id: 1842,
    title: "Checkout API: error rate above 20 %",
    description: "",
    severity: "error",
    teamName: "Payments",
    sourceName: "Grafana",
    openedAtMs: Date.UTC(2026, 2, 2, 7, 14),
    resolvedAtMs: null,
    alertCount: 1,
    isTest: false,
    ...changes,
  };
}

function page(
  incidents: readonly Facts[],
  changes: Partial<PageFacts> = {},
): BundlePage {
  const bundle = bundleOf(incidents);
  return {
    kind: "page",
    responderName: "Maya Okafor",
    incident: bundle.incidents[0] ?? incident(),
    acknowledgeUrl: "https://pager.example.com/a/1k.Jw3kT9-x_QmZ1vB7",
    incidentUrl: "https://pager.example.com/incidents",
    bundle,
    ...changes,
  };
}

const SEVEN = [
  incident({ id: 1, severity: "info" }),
  incident({ id: 2, severity: "critical", title: "Card payments refused" }),
  incident({ id: 3, teamName: "Platform" }),
  incident({ id: 4 }),
  incident({ id: 5, severity: "critical" }),
  incident({ id: 6 }),
  incident({ id: 7 }),
];

Deno.test("a bundle names its count and its worst", () => {
  assert.equal(bundleCount(page(SEVEN)), "7 incidents, 2 critical");
  assert.equal(bundleCount(page(SEVEN.slice(2, 4))), "2 incidents, all error");
  assert.equal(
    bundleSmsText(page(SEVEN), anyAscii),
    "7 incidents, 2 critical. Worst #2: Card payments refused (Payments). Acknowledge: https://pager.example.com/a/1k.Jw3kT9-x_QmZ1vB7",
  );
  const over = SEVEN.map((each) => ({
    ...each,
    resolvedAtMs: each.openedAtMs + 60_000,
  }));
  const told = page(over, { kind: "resolution", acknowledgeUrl: null });
  assert.match(
    bundleSmsText(told, anyAscii),
    /^7 incidents resolved\. Worst #2: .*Details: https:\S+\/incidents$/,
  );
});

const facts = fc.record({
  id: fc.integer({ min: 1, max: 2 ** 40 }),
  title: fc.string({ unit: "binary", maxLength: 400 }),
  severity: fc.constantFrom(...SEVERITIES),
  teamName: fc.string({ unit: "binary", maxLength: 120 }),
}).map(incident);
const many = fc.array(facts, { minLength: 2, maxLength: 40 });

Deno.test("a text message holds the count and the whole link, within 160 septets for an ordinary link", () => {
  fc.assert(
    fc.property(
      many,
      fc.string({
        unit: fc.constantFrom(..."abc/.-_019"),
        minLength: 20,
        maxLength: 60,
      }),
      (incidents, link) => {
        const of = page(incidents, { acknowledgeUrl: link });
        const text = bundleSmsText(of, anyAscii);
        assert.ok(isGsm7(text), text);
        assert.ok(text.startsWith(`${incidents.length} incidents, `), text);
        assert.ok(text.endsWith(`. Acknowledge: ${link}`), text);
        assert.ok(septets(text) <= 160, `${septets(text)}: ${text}`);
      },
    ),
  );
});

Deno.test("WhatsApp gets at most ten of them on lines, or placeholders that it takes", () => {
  fc.assert(fc.property(many, (incidents) => {
    const of = page(incidents);
    const text = bundleWhatsAppText(of);
    assert.ok(text.length <= 1_500, String(text.length));
    const named = text.split("\n").filter((line) => /^\w+ #\d+: /.test(line));
    assert.equal(named.length, Math.min(10, incidents.length));
    if (incidents.length > 10) {
      assert.ok(text.includes(`and ${incidents.length - 10} more`));
    }
    const placeholders = bundlePlaceholders(of);
    assert.ok(placeholders.join("").length <= 950);
    for (const each of placeholders) {
      assert.ok(each !== "" && !/[\n\r\t]| {2}/.test(each), each);
    }
  }));
});

Deno.test("a mail lists the worst ten and says how many more there are", () => {
  const twelve = [
    ...SEVEN,
    ...SEVEN.map((each) => ({
      ...each,
      id: (each.id ?? 0) + 10,
    })),
  ].slice(0, 12);
  const content = bundleMailContent(page(twelve));
  assert.match(content.subject, /^12 incidents, \d critical: #2 Card payments/);
  assert.equal(content.tone, "critical");
  assert.equal(content.list?.items.length, 10);
  assert.equal(content.list?.rest, "and 2 more");
  assert.deepEqual(content.list?.items[0], {
    text: "Critical #2: Card payments refused (Payments)",
    url: "https://pager.example.com/incidents/2",
  });
  const plain = mailPlainText(content);
  assert.ok(plain.startsWith("12 incidents, "));
  assert.ok(plain.includes("\n- Critical #2: Card payments refused"));
  assert.ok(
    plain.includes("See and acknowledge: https://pager.example.com/a/"),
  );
});
