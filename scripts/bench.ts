/**
 * Measures the real process against a stand-in provider, both on this machine: how long from an alert's 2xx, and from
 * its posting, to the page at the provider; how soon the process listens; what memory it holds after the alerts.
 *
 *     deno task bench [--alerts 1000] [--per-second 50] [--database postgres://...]
 */
import { parseArgs } from "node:util";
import { FakeInfobip } from "../tests/fakes/infobip.ts";
import { script, Server } from "../tests/process/server.ts";

const { values } = parseArgs({
  options: {
    alerts: { type: "string", default: "1000" },
    "per-second": { type: "string", default: "50" },
    database: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log(
    "deno task bench [--alerts 1000] [--per-second 50] [--database postgres://...]",
  );
  Deno.exit(0);
}

const ADMIN = "bench@example.com";
const PASSWORD = "lantern gravel otter meridian";

const folder = await Deno.makeTempDir();
await using infobip = await FakeInfobip.start();
const env = {
  DATABASE_URL: values.database ?? `file:${folder}/pagerpal.db`,
  NOTIFICATION_SENDING_ENABLED: "true",
  INFOBIP_BASE_URL: infobip.baseUrl,
  INFOBIP_API_KEY: "test-api-key",
  INFOBIP_SMS_SENDER: "PagerPal",
  ALERT_SOURCE_RATE_LIMIT_CAPACITY: "1000000",
  // Everybody is one person here: the time of each page is what counts.
  PAGE_BUNDLING_SECONDS: "0",
};
const server = await Server.start({ env });
try {
  await script("create_admin", { args: [ADMIN], env, input: `${PASSWORD}\n` });
  const key = await setUp();
  const count = Number(values.alerts);
  const gapMs = 1_000 / Number(values["per-second"]);
  const samples: Sample[] = [];
  for (let index = 0; index < count; index++) {
    const nextMs = performance.now() + gapMs;
    samples.push(await measure(key, index));
    const restMs = nextMs - performance.now();
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }
  report(samples);
} finally {
  await server.stop();
  await Deno.remove(folder, { recursive: true });
}

interface Sample {
  /** From posting the alert to the provider's having the page, milliseconds. */
  fromPostMs: number;
  /** From the alert's 2xx; negative when the page was faster than the answer. */
  fromAnswerMs: number;
}

async function measure(key: string, index: number): Promise<Sample> {
  const text = `Benchmark ${index} `;
  const arrived = infobip.waitFor((page) => page.text.includes(text))
    .then(() => performance.now());
  const postedMs = performance.now();
  const reply = await server.request("POST", "/api/v1/alerts", {
    key,
    body: {
      external_id: `bench-${index}`,
      title: `${text}has fired`,
      severity: "critical",
    },
  });
  const answeredMs = performance.now();
  if (reply.status !== 201) {
    throw new Error(`The alert was answered ${reply.status}`);
  }
  const pagedMs = await arrived;
  return { fromPostMs: pagedMs - postedMs, fromAnswerMs: pagedMs - answeredMs };
}

async function setUp(): Promise<string> {
  const auth = `${ADMIN}:${PASSWORD}`;
  const create = async (path: string, body: unknown) => {
    const reply = await server.request("POST", `/api/v1${path}`, {
      auth,
      body,
    });
    if (reply.status !== 201) {
      throw new Error(
        `${path} was answered ${reply.status}: ${JSON.stringify(reply.body)}`,
      );
    }
    return reply.body;
  };
  const team = await create("/teams", { name: "Benchmark" });
  const maya = await create("/responders", {
    name: "Maya Okafor",
    email: "maya@example.com",
  });
  await create(`/responders/${maya.id}/contact-methods`, {
    channel: "sms",
    address: "+447700900123",
  });
  const policy = await create("/escalation-policies", {
    name: "Benchmark",
    team_id: team.id,
    steps: [{
      delay_minutes: 60,
      targets: [{ type: "responder", id: maya.id }],
    }],
  });
  const source = await create("/alert-sources", {
    name: "Benchmark",
    kind: "generic",
    team_id: team.id,
    escalation_policy_id: policy.id,
  });
  return source.api_key;
}

function report(samples: Sample[]): void {
  const rows = {
    "from the post to the page": samples.map((sample) => sample.fromPostMs),
    "from the 2xx to the page": samples.map((sample) => sample.fromAnswerMs),
  };
  console.log(`${samples.length} alerts, ${values["per-second"]}/s at most`);
  for (const [name, all] of Object.entries(rows)) {
    console.log(
      `${name}: p50 ${quantile(all, 0.5)} ms, p99 ${quantile(all, 0.99)} ms`,
    );
  }
  console.log(`listening after ${server.startedWithinMs.toFixed(0)} ms`);
  const status = Deno.readTextFileSync(`/proc/${server.pid}/status`);
  const kib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN);
  console.log(`resident memory ${(kib / 1024).toFixed(0)} MiB`);
}

function quantile(values: number[], q: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(q * (sorted.length - 1))] ?? NaN).toFixed(1);
}
