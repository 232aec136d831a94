/** Does anybody work? Nodes say every few seconds that they live, and jobs leave a row of how they went. */
import { type Node, nodeState } from "../../src/domain/system/node.ts";
import type { JobRun } from "../../src/ports/system_repositories.ts";
import { VERSION } from "../../src/version.ts";
import { duration } from "../../src/web/view/duration.ts";
import { counted, listed } from "../../src/web/view/plural.ts";
import { type Check, fail, type Line, ok, warn } from "./check.ts";

export const workers: Check = {
  name: "workers",
  title: "Nodes and jobs",
  after: ["database", "migrations"],
  limitMs: 12_000,
  async run({ store, clock }) {
    const { nodes, jobs } = await store();
    const known = await nodes.list();
    const runs = await jobs.list();
    return [
      ...nodeLines(known, clock()),
      ...jobLines(runs, { nodes: known, nowMs: clock() }),
    ];
  },
};

/** Promises how the nodes stand; at least one line. */
export function nodeLines(nodes: readonly Node[], nowMs: number): Line[] {
  const inState = (state: ReturnType<typeof nodeState>) =>
    nodes.filter((node) => nodeState(node, nowMs) === state);
  const running = inState("running");
  const back = inState("standing_back");
  const lost = inState("lost");
  const lines: Line[] = [];
  if (running.length === 0) {
    lines.push(
      fail(
        "No node is running: nobody is paged.",
        "Start one: deno task start",
      ),
    );
  }
  if (back.length > 0) {
    lines.push(
      fail(
        `${namesOf(back)} cannot work on the database as it is migrated.`,
        `Start it again with this version, ${VERSION}.`,
      ),
    );
  }
  if (lost.length > 0) {
    lines.push(
      warn(
        `${namesOf(lost)} stopped answering without saying so.`,
        "Look at its log and its machine. It is forgotten a day after it was heard of last.",
      ),
    );
  }
  if (running.length > 0) lines.push(...lacksOf(running));
  return lines;
}

function lacksOf(running: readonly Node[]): Line[] {
  const lines = [
    ok(
      `${counted(running.length, "node is", "nodes are")} running: ${
        namesOf(running)
      }.`,
    ),
  ];
  if (!running.some(({ escalates }) => escalates)) {
    lines.push(
      fail(
        "No node escalates: whoever does not answer is the only one paged.",
        "Set ESCALATION_WORKER_ENABLED=true on one node at least.",
      ),
    );
  }
  if (!running.some(({ delivers }) => delivers)) {
    lines.push(
      fail(
        "No node sends again what failed.",
        "Set NOTIFICATION_RETRY_WORKER_ENABLED=true on one node at least.",
      ),
    );
  }
  const others = running.filter(({ version }) => version !== VERSION);
  if (others.length > 0) {
    lines.push(
      warn(
        `${namesOf(others)} runs another version than this, ${VERSION}.`,
        "Start it again with this version, unless an upgrade is under way.",
      ),
    );
  }
  return lines;
}

/** Every one of these runs once a minute. */
const MINUTE_JOBS = [
  "notification_retry",
  "notices",
  "self_audit",
  "escalation",
];
const LATE_MS = 3 * 60_000;

/** Promises what is wrong with the jobs, or that nothing is; nothing at all while no node has run for long enough. */
export function jobLines(
  runs: readonly JobRun[],
  { nodes, nowMs }: { nodes: readonly Node[]; nowMs: number },
): Line[] {
  const settled = nodes.some((node) =>
    nodeState(node, nowMs) === "running" && nowMs - node.startedAtMs > LATE_MS
  );
  if (!settled) return [];
  const wrong = MINUTE_JOBS.flatMap((name) => {
    const run = runs.filter((one) => one.name === name)
      .toSorted((a, b) => b.startedAtMs - a.startedAtMs)[0];
    return jobLine(name, run, nowMs);
  });
  return wrong.length > 0
    ? wrong
    : [ok("The jobs that run every minute have done so, without an error.")];
}

function jobLine(name: string, run: JobRun | undefined, nowMs: number): Line[] {
  if (run === undefined || nowMs - run.startedAtMs > LATE_MS) {
    const when = run
      ? `for ${duration(nowMs - run.startedAtMs)}`
      : "at all on this database";
    return [
      fail(
        `The job ${name} has not run ${when}.`,
        "Look at the log of the nodes, and whether the job is switched off on all of them.",
      ),
    ];
  }
  return run.outcome === "ok" ? [] : [
    fail(
      `The job ${name} failed ${
        duration(nowMs - run.startedAtMs)
      } ago: ${run.message}`,
      `Look at the log of ${run.node}.`,
    ),
  ];
}

/** Promises their names and versions, as "web-1-a (2.0.0) and web-2-b (2.0.0)". */
export function namesOf(nodes: readonly Node[]): string {
  return listed(nodes.map(({ name, version }) => `${name} (${version})`), 4);
}
