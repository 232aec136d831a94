/** Alert sources. */
import { type RawBuilder, type Selectable, sql } from "kysely";
import type { AlertSource } from "../../domain/intake/alert_source.ts";
import type {
  AlertSourceRepository,
  Dependent,
  SeenAlert,
  SourceWithPolicy,
} from "../../ports/directory_repositories.ts";
import type { Page, PageRequest } from "../../ports/store.ts";
import {
  flag,
  flagIfGiven,
  instant,
  instantOrNull,
  json,
  parsed,
} from "../statements/column.ts";
import { dependentsIn, incidentsOf } from "../statements/dependents.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { deleteById } from "../statements/deletion.ts";
import { paged } from "../statements/page.ts";
import { policyOf } from "../policies/policies.ts";
import { prepared } from "../statements/prepared.ts";
import type { AlertSourceTable } from "../schema/paging_tables.ts";
import type { Session } from "../connection/session.ts";

type NewSource = Omit<AlertSource, "id" | "createdAtMs" | "updatedAtMs">;

const findByKeyIds = prepared((db, keys: { key_id: string }[]) =>
  db.selectFrom("alert_sources as s")
    .innerJoin("escalation_policies as p", "p.id", "s.escalation_policy_id")
    .innerJoin("teams as t", "t.id", "s.team_id")
    .selectAll("s")
    .select([
      "t.name as team_name",
      "p.id as policy_id",
      "p.team_id as policy_team_id",
      "p.name as policy_name",
      "p.description as policy_description",
      "p.steps",
      "p.repeat_count",
      "p.acknowledgement_timeout_minutes",
      "p.fallback",
      "p.created_at_ms as policy_created_at_ms",
      "p.updated_at_ms as policy_updated_at_ms",
    ])
    .where("s.key_id", "in", keys.map(({ key_id }) => key_id))
);

function seenOf({ sourceId, atMs, problem }: SeenAlert) {
  const at_ms = instant(atMs);
  return {
    id: sourceId,
    at_ms,
    problem,
    problem_at_ms: problem === null ? null : at_ms,
  };
}

function recordingAlerts(locks: RawBuilder<unknown>) {
  return prepared((_db, rows: ReturnType<typeof seenOf>[]) =>
    sql`
    WITH seen (id, at_ms, problem, problem_at_ms) AS (VALUES ${
      sql.join(rows.map((row) =>
        sql`(CAST(${row.id} AS BIGINT), CAST(${row.at_ms} AS BIGINT),
          ${row.problem}, CAST(${row.problem_at_ms} AS BIGINT))`
      ))
    }), free AS MATERIALIZED (
      SELECT id FROM alert_sources WHERE id IN (SELECT id FROM seen) ${locks}
    )
    UPDATE alert_sources SET
      last_alert_at_ms = CASE WHEN last_alert_at_ms >= seen.at_ms
        THEN last_alert_at_ms ELSE seen.at_ms END,
      last_problem = seen.problem,
      last_problem_at_ms = seen.problem_at_ms
    FROM seen
    WHERE alert_sources.id = seen.id
      AND alert_sources.id IN (SELECT id FROM free)`
  );
}

/** SQLite has one writer at a time, and nothing to lock. */
const recordAlerts = {
  sqlite: recordingAlerts(sql``),
  postgres: recordingAlerts(sql`FOR NO KEY UPDATE SKIP LOCKED`),
};

export class Sources implements AlertSourceRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(id: number): Promise<AlertSource | null> {
    const row = await this.#session.read.selectFrom("alert_sources")
      .selectAll().where("id", "=", id).executeTakeFirst();
    return row ? sourceOf(row) : null;
  }

  async findByKeyId(keyId: string): Promise<SourceWithPolicy | null> {
    const [found] = await this.findByKeyIds([keyId]);
    return found ?? null;
  }

  async findByKeyIds(keyIds: readonly string[]): Promise<SourceWithPolicy[]> {
    if (keyIds.length === 0) return [];
    const { rows } = await findByKeyIds(
      this.#session.read,
      inFewLengths(keyIds).map((key_id) => ({ key_id })),
    );
    return rows.map((row) => ({
      source: sourceOf(row),
      policy: policyOf({
        ...row,
        id: row.policy_id,
        team_id: row.policy_team_id,
        name: row.policy_name,
        description: row.policy_description,
        created_at_ms: row.policy_created_at_ms,
        updated_at_ms: row.policy_updated_at_ms,
      }),
      teamName: row.team_name,
    }));
  }

  list(
    { teamId }: { teamId?: number },
    page: PageRequest,
  ): Promise<Page<AlertSource>> {
    let matching = this.#session.read.selectFrom("alert_sources");
    if (teamId !== undefined) matching = matching.where("team_id", "=", teamId);
    return paged(page, {
      matching,
      rows: matching.selectAll()
        .orderBy(sql`lower(name)`).orderBy("id"),
      shown: sourceOf,
    });
  }

  insert(source: NewSource, nowMs: number): Promise<AlertSource> {
    const at = instant(nowMs);
    return this.#session.write(async (db) =>
      sourceOf(
        await db.insertInto("alert_sources").values({
          team_id: source.teamId,
          name: source.name,
          kind: source.kind,
          escalation_policy_id: source.escalationPolicyId,
          enabled: flag(source.enabled),
          key_id: source.keyId,
          key_hash: source.keyHash,
          settings: json(source.settings),
          sns: json(source.sns),
          last_alert_at_ms: instantOrNull(source.lastAlertAtMs),
          last_problem: source.lastProblem,
          last_problem_at_ms: instantOrNull(source.lastProblemAtMs),
          created_at_ms: at,
          updated_at_ms: at,
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  update(
    id: number,
    patch: Partial<NewSource>,
    nowMs: number,
  ): Promise<AlertSource | null> {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("alert_sources")
        .set({ ...patchColumns(patch), updated_at_ms: instant(nowMs) })
        .where("id", "=", id).returningAll().executeTakeFirst();
      return row ? sourceOf(row) : null;
    });
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "alert_sources", id);
  }

  dependents(id: number): Promise<Dependent[]> {
    return dependentsIn(this.#session.read, [incidentsOf("source_id", id)]);
  }

  async recordAlerts(seen: readonly SeenAlert[]): Promise<void> {
    if (seen.length === 0) return;
    const rows = inFewLengths(seen.map(seenOf));
    await this.#session.write(
      (db) => recordAlerts[this.#session.dialect](db, rows),
      { durable: false, isOneStatement: true },
    );
  }

  async recordProblem(
    id: number,
    problem: string,
    nowMs: number,
  ): Promise<void> {
    await this.#session.write((db) =>
      db.updateTable("alert_sources")
        .set({ last_problem: problem, last_problem_at_ms: instant(nowMs) })
        .where("id", "=", id).execute()
    );
  }
}

function patchColumns(patch: Partial<NewSource>) {
  const { settings, sns, lastAlertAtMs, lastProblemAtMs } = patch;
  return {
    team_id: patch.teamId,
    name: patch.name,
    kind: patch.kind,
    escalation_policy_id: patch.escalationPolicyId,
    enabled: flagIfGiven(patch.enabled),
    key_id: patch.keyId,
    key_hash: patch.keyHash,
    settings: settings === undefined ? undefined : json(settings),
    sns: sns === undefined ? undefined : json(sns),
    last_alert_at_ms: lastAlertAtMs === undefined
      ? undefined
      : instantOrNull(lastAlertAtMs),
    last_problem: patch.lastProblem,
    last_problem_at_ms: lastProblemAtMs === undefined
      ? undefined
      : instantOrNull(lastProblemAtMs),
  };
}

function sourceOf(row: Selectable<AlertSourceTable>): AlertSource {
  return {
    id: row.id,
    teamId: row.team_id,
    name: row.name,
    kind: row.kind as AlertSource["kind"],
    escalationPolicyId: row.escalation_policy_id,
    enabled: row.enabled === 1,
    keyId: row.key_id,
    keyHash: row.key_hash,
    settings: parsed(row.settings),
    sns: parsed(row.sns),
    lastAlertAtMs: row.last_alert_at_ms,
    lastProblem: row.last_problem,
    lastProblemAtMs: row.last_problem_at_ms,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
