/** The steps of an upgrade, as checks: each says that it is done, or what to do now; those after it wait. */
import { type Node, nodeState } from "../../src/domain/system/node.ts";
import { type Store, StoreUnavailableError } from "../../src/ports/store.ts";
import { compare } from "../../src/store/migrate.ts";
import { neededBy, NEWEST_SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { VERSION } from "../../src/version.ts";
import { duration } from "../../src/web/view/duration.ts";
import { counted } from "../../src/web/view/plural.ts";
import { newestBackup } from "./backups.ts";
import { baseUrl } from "./base_url.ts";
import { type Check, fail, type Line, ok, warn } from "./check.ts";
import { database, migrations } from "./database.ts";
import { settings } from "./settings.ts";
import { namesOf, workers } from "./workers.ts";

/** Promises the steps from the old version to this one; run with this one checked out, again after each step. */
export function upgradeSteps({ backedUp }: { backedUp: boolean }): Check[] {
  return [
    { ...settings, title: "1. Settings of this version" },
    { ...database, title: "2. Database" },
    {
      name: "backup_before",
      title: "3. Back up",
      settings: ["BACKUP_TO"],
      after: ["settings", "database"],
      limitMs: 30_000,
      async run({ config, address, clock }) {
        const { missing } = await compare(await address());
        if (missing.length === 0) {
          return [ok("The database is migrated; it needs no backup for it.")];
        }
        if (backedUp) return [ok("You say that you have a backup.")];
        const { name, newestMs } = await newestBackup(config);
        return [backupStep({ name, newestMs, nowMs: clock() })];
      },
    },
    {
      name: "migrate",
      title: "4. Migrate",
      after: ["backup_before"],
      limitMs: 30_000,
      async run(patient, signal) {
        const { missing } = await compare(await patient.address());
        if (missing.length === 0) return await migrations.run(patient, signal);
        const nodes = await nodesOf(await patient.store());
        return migrationStep(missing, { nodes, nowMs: patient.clock() });
      },
    },
    {
      name: "restart",
      title: "5. Start the nodes again, one by one",
      after: ["migrate"],
      limitMs: 30_000,
      run: async ({ store, clock }) =>
        restartStep(await nodesOf(await store()), clock()),
    },
    {
      name: "look",
      title: "6. See that it works",
      after: ["restart"],
      limitMs: 30_000,
      run: async (patient, signal) => [
        ...await workers.run(patient, signal),
        ...await baseUrl.run(patient, signal),
      ],
    },
  ];
}

/** Longer ago is too much to lose. */
const RECENT_MS = 60 * 60_000;

/** Promises whether the newest backup will do. */
export function backupStep({ name, newestMs, nowMs }: {
  name: string;
  newestMs: number | null;
  nowMs: number;
}): Line {
  const remedy =
    "Run: deno task backup. If you have a backup made otherwise, say --backed-up.";
  if (newestMs === null) return fail(`There is no backup in ${name}.`, remedy);
  const words = `The last backup in ${name} is ${
    duration(nowMs - newestMs)
  } old`;
  return nowMs - newestMs > RECENT_MS
    ? fail(`${words}; what came in since would be lost.`, remedy)
    : ok(`${words}.`);
}

/** Promises what is to be migrated, of which there is something, and who would stop paging when it is. */
export function migrationStep(
  missing: readonly string[],
  { nodes, nowMs }: { nodes: readonly Node[]; nowMs: number },
): Line[] {
  const needed = Math.max(...missing.map(neededByName));
  const left = standing(nodes, nowMs)
    .filter(({ schemaVersion }) => schemaVersion < needed);
  return [
    ...left.length === 0 ? [] : [
      warn(
        `After it ${namesOf(left)} will page nobody until started again.`,
        "See in CHANGELOG.md whether a version between can be installed first; else be quick with the next step.",
      ),
    ],
    fail(
      `${counted(missing.length, "migration")} to apply: ${
        missing.join(", ")
      }.`,
      "Run: deno task migrate. Nodes may go on working meanwhile.",
    ),
  ];
}

/** Promises which nodes still run another version. */
export function restartStep(nodes: readonly Node[], nowMs: number): Line[] {
  const all = standing(nodes, nowMs);
  const old = all.filter(({ version, schemaVersion }) =>
    version !== VERSION || schemaVersion !== NEWEST_SCHEMA_VERSION
  );
  if (old.length > 0) {
    return [
      fail(
        `${counted(old.length, "node")} of ${all.length} to start again: ${
          namesOf(old)
        }.`,
        "Stop one with SIGTERM and start it with this version; then the next.",
      ),
    ];
  }
  return all.length === 0
    ? [fail("No node is running.", "Start one: deno task start")]
    : [ok(`All nodes run ${VERSION}: ${namesOf(all)}.`)];
}

function neededByName(name: string): number {
  return neededBy(Number(name.slice(0, 4)), name);
}

function standing(nodes: readonly Node[], nowMs: number): Node[] {
  return nodes.filter((node) =>
    ["running", "standing_back"].includes(nodeState(node, nowMs))
  );
}

/** A database from before there were nodes knows of none. */
async function nodesOf({ nodes }: Store): Promise<Node[]> {
  try {
    return await nodes.list();
  } catch (error) {
    const isOld = error instanceof StoreUnavailableError &&
      error.reason === "schema";
    if (isOld) return [];
    throw error;
  }
}
