import assert from "node:assert/strict";
import { parser } from "npm:@prometheus-io/lezer-promql@0.315.0";
import { parse } from "npm:yaml@2.9.1";
import { createMetrics } from "../../src/monitoring/metrics.ts";
import { withStore } from "../stores.ts";
import { Exposition } from "./exposition.ts";

const DOCUMENT = Deno.readTextFileSync(
  new URL("../../docs/monitoring.md", import.meta.url),
);

/** Everything that is served, with one channel set up and one job. */
async function served(): Promise<Exposition> {
  let text = "";
  await withStore("libSQL", async (store) => {
    const metrics = createMetrics({
      store,
      clock: () => 1_000_000,
      version: "1.2.3",
      node: "node-1",
      workers: { delivery: true, escalation: true },
      channels: () => [
        { channel: "sms", provider: "Infobip", state: "closed", inFlight: 0 },
      ],
      jobs: () => ["self_audit"],
    });
    text = (await metrics.scrape()).body;
  });
  return new Exposition(text);
}

/** Name, type and labels of each row of the table of metrics. */
function documented(): { name: string; type: string; labels: string[] }[] {
  const rows = DOCUMENT.matchAll(
    /^\| `((?:pagerpal|process)_\w+)` *\| (\w+) *\| ([^|]*) \|/gm,
  );
  return [...rows].map(([, name = "", type = "", labels = ""]) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = ""]) => label),
  }));
}

Deno.test("the documentation lists every metric that is served, with its type, and no other", async () => {
  const { families } = await served();
  const shown = families.map(({ name, type }) => ({
    name,
    type: type.toLowerCase(),
  }));
  const listed = documented().map(({ name, type }) => ({ name, type }));
  assert.deepEqual(
    listed.map(({ name }) => name),
    shown.map(({ name }) => name),
  );
  // Without a sample the parser cannot tell a type.
  for (const [index, { name, type }] of shown.entries()) {
    if (type !== "untyped") assert.equal(listed[index]?.type, type, name);
  }
});

Deno.test("the documentation lists the labels of every metric", async () => {
  const { samples } = await served();
  for (const { name, labels } of documented()) {
    const family = samples.find((each) =>
      each.name.replace(/_(bucket|sum|count)$/, "") === name
    );
    const [sample] = family?.metrics ?? [];
    if (!sample) continue;
    const own = Object.keys(sample.labels ?? {}).filter((each) =>
      each !== "le"
    );
    assert.deepEqual(own.sort(), labels.toSorted(), name);
  }
});

Deno.test("every metric has a help text that is a sentence, and a name in base units", async () => {
  const { text, families } = await served();
  for (const { name, help } of families) {
    assert.ok(help.length > 20 && help.endsWith("."), name);
    assert.ok(!/_(ms|milliseconds|minutes|kb|mb)\b/.test(name), name);
    const type = new RegExp(`^# TYPE ${name} (\\w+)$`, "m").exec(text)?.[1];
    assert.equal(type === "counter", name.endsWith("_total"), name);
  }
});

interface Rules {
  groups: { name: string; rules: Rule[] }[];
}

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

function rules(): Rule[] {
  const [, text] = /```yaml\n# pagerpal_rules\.yml\n(.*?)```/s.exec(DOCUMENT) ??
    [];
  assert.ok(text);
  return (parse(text) as Rules).groups.flatMap((group) => group.rules);
}

/** Promises the names of the metrics in the expression; throws when Prometheus' grammar does not know it. */
function metricsIn(expression: string): string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      assert.ok(!node.type.isError, `not PromQL: ${expression}`);
      if (node.name === "VectorSelector") {
        const [name] = /^\w+/.exec(expression.slice(node.from, node.to)) ?? [];
        if (name) names.push(name);
      }
    },
  });
  return names;
}

Deno.test("the alert rules are YAML, their expressions PromQL, and ask for metrics that are served", async () => {
  const { families } = await served();
  const known = new Set(families.map(({ name }) => name));
  const found = rules();
  assert.ok(found.length >= 8);
  assert.equal(new Set(found.map(({ alert }) => alert)).size, found.length);
  for (const rule of found) {
    const names = metricsIn(rule.expr);
    assert.ok(names.length > 0, rule.alert);
    for (const name of names) {
      assert.ok(name === "up" || known.has(name), `${rule.alert}: ${name}`);
    }
    assert.match(rule.labels.severity ?? "", /^(critical|warning)$/);
    assert.ok((rule.annotations.summary ?? "").length > 20);
    assert.match(rule.for ?? "1m", /^\d+[sm]$/);
  }
});

Deno.test("the expressions to draw are PromQL and ask for metrics that are served", async () => {
  const { families } = await served();
  const known = new Set(families.map(({ name }) => name));
  const [, table = ""] = DOCUMENT.split("### What to draw");
  const [drawn = ""] = table.split("\n## ");
  const expressions = [...drawn.matchAll(/\| `(.+?)` *\|/g)]
    .map(([, expression = ""]) => expression);
  assert.ok(expressions.length >= 6);
  for (const expression of expressions) {
    for (const name of metricsIn(expression)) {
      assert.ok(known.has(name.replace(/_bucket$/, "")), name);
    }
  }
});
