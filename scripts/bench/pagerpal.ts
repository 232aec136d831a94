/** PagerPal as the target of the benchmark: the real process, as `deno task start` runs it. */
import { freePort, script, Server } from "../../tests/process/server.ts";
import { storeIncidents } from "./stored_incidents.ts";
import type { Running, Sources, StartOptions, Target } from "./target.ts";

const ADMIN = "bench@example.com";
const PASSWORD = "lantern gravel otter meridian";
/** Of the first step of the policy that escalates. */
const ESCALATION_MS = 15_000;
const FIRST_STEP_ENDS_MINUTES = 600;

export const pagerpal: Target = {
  name: "PagerPal",
  pageFormat: new URL("infobip_pages.ts", import.meta.url),
  start,
  setUp,
  fill: storeIncidents,
};

const admins = new Map<Running, StartOptions>();

async function start(options: StartOptions): Promise<Running> {
  const port = freePort();
  const startedMs = performance.now();
  const starting = Server.start({ env: settings(options), port });
  starting.catch(() => {});
  await Promise.race([answering(port), starting.then(() => answering(port))]);
  const answeredWithinMs = performance.now() - startedMs;
  const server = await starting;
  const running = {
    hostname: "127.0.0.1",
    port,
    pid: server.pid,
    answeredWithinMs,
    stop: async () => void await server.stop(),
  };
  admins.set(running, options);
  return running;
}

/** Settles when the process answers that it can do its work. */
async function answering(port: number): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/health/ready`);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // It does not listen yet.
    }
    await new Promise((go) => setTimeout(go, 2));
  }
}

function settings(
  { databaseUrl, providerUrl, bundlingSeconds }: StartOptions,
): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    NOTIFICATION_SENDING_ENABLED: "true",
    PAGE_BUNDLING_SECONDS: String(bundlingSeconds),
    INFOBIP_BASE_URL: providerUrl,
    INFOBIP_API_KEY: "bench-api-key",
    INFOBIP_SMS_SENDER: "PagerPal",
    // The limit of each source is there and counts, and is never reached.
    ALERT_SOURCE_RATE_LIMIT_CAPACITY: "1000000",
    ALERT_SOURCE_RATE_LIMIT_REFILL_PER_SECOND: "100000",
  };
}

async function setUp(running: Running, people: number): Promise<Sources> {
  const options = admins.get(running);
  if (!options) throw new Error("This process is not ours.");
  const env = settings(options);
  await script("create_admin", { args: [ADMIN], env, input: `${PASSWORD}\n` });
  const login = `Basic ${btoa(`${ADMIN}:${PASSWORD}`)}`;
  const { token } = await createAs(running, login)("/api-tokens", {
    name: "Benchmark",
    role: "admin",
  });
  const create = createAs(running, `Bearer ${token}`);
  const team = await create("/teams", { name: "Benchmark" });
  const desk = new Desk(create, Number(team.id));
  const alerts = [];
  for (let n = 0; n < people; n++) {
    const id = await desk.person(n);
    const steps = [step(FIRST_STEP_ENDS_MINUTES, id)];
    alerts.push(await desk.source(`Source ${n}`, steps));
  }
  const first = await desk.person(people);
  const second = await desk.person(people + 1);
  return {
    alerts,
    escalating: await desk.source("Escalating", [
      step(ESCALATION_MS / 60_000, first),
      step(FIRST_STEP_ENDS_MINUTES, second),
    ]),
    escalationMs: ESCALATION_MS,
    escalatedTo: phone(people + 1).slice(1),
    escalationDueAtMs: (answer) =>
      Date.parse(JSON.parse(answer).next_escalation_at),
  };
}

function step(delayMinutes: number, responderId: number) {
  return {
    delay_minutes: delayMinutes,
    targets: [{ type: "responder", id: responderId }],
  };
}

function phone(n: number): string {
  return `+4477009${String(n).padStart(5, "0")}`;
}

type Create = (
  path: string,
  body: unknown,
) => Promise<Record<string, unknown>>;

function createAs({ port }: Running, authorization: string): Create {
  return async (path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status === 201) return JSON.parse(text);
    throw new Error(`${path} was answered ${response.status}: ${text}`);
  };
}

/** Makes what alerts need to page somebody. */
class Desk {
  readonly #create: Create;
  readonly #teamId: number;

  constructor(create: Create, teamId: number) {
    this.#create = create;
    this.#teamId = teamId;
  }

  /** Promises the id of a person with a telephone. */
  async person(n: number): Promise<number> {
    const { id } = await this.#create("/responders", {
      name: `Person ${n}`,
      email: `person-${n}@example.com`,
    });
    await this.#create(`/responders/${id}/contact-methods`, {
      channel: "sms",
      address: phone(n),
    });
    return Number(id);
  }

  /** Promises how to post an alert to a source of its own, whose policy has these steps. */
  async source(name: string, steps: unknown[]) {
    const policy = await this.#create("/escalation-policies", {
      name,
      team_id: this.#teamId,
      steps,
    });
    const source = await this.#create("/alert-sources", {
      name,
      kind: "generic",
      team_id: this.#teamId,
      escalation_policy_id: policy.id,
    });
    return {
      path: "/api/v1/alerts",
      headers: {
        "content-type": "application/json",
        "x-api-key": String(source.api_key),
      },
      body: JSON.stringify(ALERT),
    };
  }
}

/** As long as the alerts of monitoring systems are. */
const ALERT = {
  external_id: "bench-{n}",
  title: "Alert #{n}. Error rate of the checkout is above 5 %",
  severity: "critical",
  description:
    "The rate of failed requests has been above 5 % for 5 minutes. Look at the payment provider first.",
  labels: { service: "checkout", region: "eu-west-1", instance: "node-{n}" },
  links: [{ label: "Runbook", url: "https://runbooks.example.com/checkout" }],
};
