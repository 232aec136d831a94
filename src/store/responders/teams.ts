/** Teams and who is in them. */
import { type Selectable, sql } from "kysely";
import type { Team } from "../../domain/responders/people.ts";
import type {
  Dependent,
  TeamRepository,
} from "../../ports/directory_repositories.ts";
import type { Page, PageRequest } from "../../ports/store.ts";
import { instant } from "../statements/column.ts";
import {
  dependentsIn,
  incidentsOf,
  policiesTargeting,
} from "../statements/dependents.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { deleteById } from "../statements/deletion.ts";
import { chunks, paged } from "../statements/page.ts";
import type { TeamTable } from "../schema/people_tables.ts";
import type { Session } from "../connection/session.ts";

type NewTeam = Omit<Team, "id" | "createdAtMs" | "updatedAtMs">;

const ROWS_PER_INSERT = 1_000;

export class Teams implements TeamRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(id: number): Promise<Team | null> {
    const row = await this.#session.read.selectFrom("teams").selectAll()
      .where("id", "=", id).executeTakeFirst();
    return row ? teamOf(row) : null;
  }

  list(_filter: Record<never, never>, page: PageRequest): Promise<Page<Team>> {
    const all = this.#session.read.selectFrom("teams");
    return paged(page, {
      matching: all,
      rows: all.selectAll()
        .orderBy(sql`lower(name)`).orderBy("id"),
      shown: teamOf,
    });
  }

  insert({ name, description }: NewTeam, nowMs: number): Promise<Team> {
    const at = instant(nowMs);
    return this.#session.write(async (db) =>
      teamOf(
        await db.insertInto("teams")
          .values({ name, description, created_at_ms: at, updated_at_ms: at })
          .returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  update(
    id: number,
    patch: Partial<NewTeam>,
    nowMs: number,
  ): Promise<Team | null> {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("teams")
        .set({
          name: patch.name,
          description: patch.description,
          updated_at_ms: instant(nowMs),
        })
        .where("id", "=", id).returningAll().executeTakeFirst();
      return row ? teamOf(row) : null;
    });
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "teams", id);
  }

  dependents(id: number): Promise<Dependent[]> {
    return dependentsIn(this.#session.read, [
      sql`SELECT 'alert_source' AS kind, id, name FROM alert_sources WHERE team_id = ${id}`,
      sql`SELECT 'escalation_policy' AS kind, id, name FROM escalation_policies WHERE team_id = ${id}`,
      sql`SELECT 'schedule' AS kind, id, name FROM schedules WHERE team_id = ${id}`,
      policiesTargeting("team_id", id),
      incidentsOf("team_id", id),
    ]);
  }

  async memberIds(teamId: number): Promise<number[]> {
    const rows = await this.#session.read.selectFrom("team_members")
      .select("responder_id").where("team_id", "=", teamId)
      .orderBy("responder_id").execute();
    return rows.map(({ responder_id }) => responder_id);
  }

  async membersOf(
    teamIds: readonly number[],
  ): Promise<Map<number, number[]>> {
    if (teamIds.length === 0) return new Map();
    const rows = await this.#session.read.selectFrom("team_members")
      .select(["team_id", "responder_id"])
      .where("team_id", "in", inFewLengths(teamIds))
      .orderBy("team_id").orderBy("responder_id").execute();
    const members = new Map<number, number[]>();
    for (const { team_id, responder_id } of rows) {
      const own = members.get(team_id) ?? [];
      members.set(team_id, own);
      own.push(responder_id);
    }
    return members;
  }

  async setMembers(teamId: number, responderIds: number[]): Promise<void> {
    await this.#session.write(async (db) => {
      await db.deleteFrom("team_members").where("team_id", "=", teamId)
        .execute();
      for (const some of chunks([...new Set(responderIds)], ROWS_PER_INSERT)) {
        await db.insertInto("team_members").values(
          some.map((id) => ({ team_id: teamId, responder_id: id })),
        ).execute();
      }
    });
  }
}

function teamOf(row: Selectable<TeamTable>): Team {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
