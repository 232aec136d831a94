/** Escalation policies: the steps as JSON, and beside them who they name, for the database to hold on to. */
import { type Selectable, sql } from "kysely";
import {
  type EscalationPolicy,
  type EscalationTarget,
  targetsOf,
} from "../../domain/policies/escalation_policy.ts";
import type {
  Dependent,
  EscalationPolicyRepository,
  PolicyStep,
} from "../../ports/directory_repositories.ts";
import type { Page, PageRequest } from "../../ports/store.ts";
import { instant, json, parsed } from "../statements/column.ts";
import { dependentsIn } from "../statements/dependents.ts";
import { chunks, paged } from "../statements/page.ts";
import { stepsOf } from "./policy_json.ts";
import type { EscalationPolicyTable } from "../schema/paging_tables.ts";
import type { Database } from "../schema/schema.ts";
import type { Session } from "../connection/session.ts";

type NewPolicy = Omit<EscalationPolicy, "id" | "createdAtMs" | "updatedAtMs">;

const ROWS_PER_INSERT = 500;

export class Policies implements EscalationPolicyRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(id: number): Promise<EscalationPolicy | null> {
    const row = await this.#session.read.selectFrom("escalation_policies")
      .selectAll().where("id", "=", id).executeTakeFirst();
    return row ? policyOf(row) : null;
  }

  list(
    { teamId }: { teamId?: number },
    page: PageRequest,
  ): Promise<Page<EscalationPolicy>> {
    let matching = this.#session.read.selectFrom("escalation_policies");
    if (teamId !== undefined) matching = matching.where("team_id", "=", teamId);
    return paged(page, {
      matching,
      rows: matching.selectAll()
        .orderBy(sql`lower(name)`).orderBy("id"),
      shown: policyOf,
    });
  }

  insert(policy: NewPolicy, nowMs: number): Promise<EscalationPolicy> {
    const at = instant(nowMs);
    return this.#session.write(async (db) => {
      const row = await db.insertInto("escalation_policies").values({
        team_id: policy.teamId,
        name: policy.name,
        description: policy.description,
        steps: json(policy.steps),
        repeat_count: policy.repeatCount,
        acknowledgement_timeout_minutes: policy.acknowledgementTimeoutMinutes,
        fallback: json(policy.fallback),
        created_at_ms: at,
        updated_at_ms: at,
      }).returningAll().executeTakeFirstOrThrow();
      return await withTargets(db, policyOf(row));
    });
  }

  update(
    id: number,
    patch: Partial<NewPolicy>,
    nowMs: number,
  ): Promise<EscalationPolicy | null> {
    const { steps, fallback } = patch;
    return this.#session.write(async (db) => {
      const row = await db.updateTable("escalation_policies").set({
        team_id: patch.teamId,
        name: patch.name,
        description: patch.description,
        steps: steps === undefined ? undefined : json(steps),
        repeat_count: patch.repeatCount,
        acknowledgement_timeout_minutes: patch.acknowledgementTimeoutMinutes,
        fallback: fallback === undefined ? undefined : json(fallback),
        updated_at_ms: instant(nowMs),
      }).where("id", "=", id).returningAll().executeTakeFirst();
      return row ? await withTargets(db, policyOf(row)) : null;
    });
  }

  delete(id: number): Promise<boolean> {
    return this.#session.write(async (db) => {
      const { numDeletedRows } = await db.deleteFrom("escalation_policies")
        .where("id", "=", id).executeTakeFirst();
      await db.deleteFrom("policy_turns").where("policy_id", "=", id).execute();
      return numDeletedRows > 0n;
    });
  }

  async turns(id: number): Promise<Map<number, number>> {
    const rows = await this.#session.read.selectFrom("policy_turns")
      .select(["step", "turns"]).where("policy_id", "=", id).execute();
    return new Map(rows.map(({ step, turns }) => [step, turns]));
  }

  async takeTurns(asked: readonly PolicyStep[]): Promise<number[]> {
    if (asked.length === 0) return [];
    const asking = Map.groupBy(asked, keyOf);
    // In one order, so that two processes do not wait for each other.
    const rows = [...asking.values()].flatMap((same) =>
      same.slice(0, 1).map(({ policyId: policy_id, step }) => ({
        ...{ policy_id, step },
        turns: same.length,
      }))
    ).sort((a, b) => a.policy_id - b.policy_id || a.step - b.step);
    const given = await this.#session.write((db) =>
      db.insertInto("policy_turns").values(rows)
        .onConflict((conflict) =>
          conflict.columns(["policy_id", "step"]).doUpdateSet({
            turns: sql`policy_turns.turns + excluded.turns`,
          })
        )
        .returning(["policy_id", "step", "turns"]).execute()
    );
    const next = new Map(given.map(({ policy_id: policyId, step, turns }) => {
      const key = keyOf({ policyId, step });
      return [key, turns - (asking.get(key)?.length ?? 0)];
    }));
    return asked.map((one) => {
      const turn = next.get(keyOf(one)) ?? 0;
      next.set(keyOf(one), turn + 1);
      return turn;
    });
  }

  dependents(id: number): Promise<Dependent[]> {
    return dependentsIn(this.#session.read, [
      sql`SELECT 'alert_source' AS kind, id, name FROM alert_sources WHERE escalation_policy_id = ${id}`,
    ]);
  }
}

function keyOf({ policyId, step }: PolicyStep): string {
  return `${policyId} ${step}`;
}

/** Writes down whom the policy names, each once. */
async function withTargets(
  db: Database,
  policy: EscalationPolicy,
): Promise<EscalationPolicy> {
  await db.deleteFrom("escalation_policy_targets")
    .where("policy_id", "=", policy.id).execute();
  const once = new Map(
    targetsOf(policy).map((one) => [`${columnOf(one)} ${one.id}`, one]),
  );
  for (const some of chunks([...once.values()], ROWS_PER_INSERT)) {
    await db.insertInto("escalation_policy_targets")
      .values(some.map((target) => targetColumns(policy.id, target))).execute();
  }
  return policy;
}

function targetColumns(policyId: number, target: EscalationTarget) {
  return {
    policy_id: policyId,
    responder_id: null,
    schedule_id: null,
    team_id: null,
    [columnOf(target)]: target.id,
  };
}

function columnOf({ kind }: EscalationTarget) {
  return kind === "next_on_call"
    ? "schedule_id" as const
    : `${kind}_id` as const;
}

/** Promises the policy of a row. */
export function policyOf(
  row: Selectable<EscalationPolicyTable>,
): EscalationPolicy {
  return {
    id: row.id,
    teamId: row.team_id,
    name: row.name,
    description: row.description,
    steps: stepsOf(row.steps),
    repeatCount: row.repeat_count,
    acknowledgementTimeoutMinutes: row.acknowledgement_timeout_minutes,
    fallback: parsed(row.fallback),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
