/** How the jobs went. */
import { type Selectable, sql } from "kysely";
import type { JobRepository, JobRun } from "../../ports/system_repositories.ts";
import { instant } from "../statements/column.ts";
import { pruneBefore } from "../statements/deletion.ts";
import type { JobRunTable } from "../schema/system_tables.ts";
import type { Session } from "../connection/session.ts";

const MOST_LISTED = 1_000;

export class Jobs implements JobRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async record(run: Omit<JobRun, "runs" | "failures">): Promise<void> {
    const failed = run.outcome === "failed" ? 1 : 0;
    await this.#session.write((db) =>
      db.insertInto("job_runs").values({
        name: run.name,
        node: run.node,
        started_at_ms: instant(run.startedAtMs),
        duration_ms: instant(run.durationMs),
        outcome: run.outcome,
        message: run.message,
        runs: 1,
        failures: failed,
      }).onConflict((conflict) =>
        conflict.columns(["name", "node"]).doUpdateSet({
          started_at_ms: newest("started_at_ms"),
          duration_ms: newest("duration_ms"),
          outcome: newest("outcome"),
          message: newest("message"),
          runs: sql`job_runs.runs + 1`,
          failures: sql`job_runs.failures + ${failed}`,
        })
      ).execute(), { durable: false });
  }

  async list(): Promise<JobRun[]> {
    const rows = await this.#session.read.selectFrom("job_runs").selectAll()
      .orderBy("name").orderBy("started_at_ms", "desc").orderBy("node")
      .limit(MOST_LISTED).execute();
    return rows.map(runOf);
  }

  prune(beforeMs: number): Promise<number> {
    return pruneBefore(this.#session, {
      table: "job_runs",
      key: ["name", "node"],
      at: "started_at_ms",
      before: instant(beforeMs),
    });
  }
}

/** The column of the run that started later: the one that is there, or the one that is being recorded. */
function newest<
  Column extends "started_at_ms" | "duration_ms" | "outcome" | "message",
>(column: Column) {
  const old = sql.ref<JobRunTable[Column]>(`job_runs.${column}`);
  const given = sql.ref(`excluded.${column}`);
  return sql<
    JobRunTable[Column]
  >`CASE WHEN excluded.started_at_ms >= job_runs.started_at_ms THEN ${given} ELSE ${old} END`;
}

function runOf(row: Selectable<JobRunTable>): JobRun {
  return {
    name: row.name,
    node: row.node,
    startedAtMs: row.started_at_ms,
    durationMs: row.duration_ms,
    outcome: row.outcome as JobRun["outcome"],
    message: row.message,
    runs: row.runs,
    failures: row.failures,
  };
}
