/** The people who can be paged. */
import { type Selectable, sql } from "kysely";
import type {
  ContactMethod,
  ContactRule,
  ReachableResponder,
  Responder,
} from "../../domain/responders/people.ts";
import type {
  ContactMethodFields,
  Dependent,
  ResponderRepository,
} from "../../ports/directory_repositories.ts";
import type { Page, PageRequest } from "../../ports/store.ts";
import { flag, flagIfGiven, instant } from "../statements/column.ts";
import { Contacts } from "./contacts.ts";
import { dependentsIn, policiesTargeting } from "../statements/dependents.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { deleteById } from "../statements/deletion.ts";
import { paged } from "../statements/page.ts";
import type { ResponderTable } from "../schema/people_tables.ts";
import type { Session } from "../connection/session.ts";

type NewResponder = Omit<Responder, "id" | "createdAtMs" | "updatedAtMs">;

export class Responders implements ResponderRepository {
  readonly #session: Session;
  readonly #contacts: Contacts;

  constructor(session: Session) {
    this.#session = session;
    this.#contacts = new Contacts(session);
  }

  async find(id: number): Promise<Responder | null> {
    const row = await this.#session.read.selectFrom("responders").selectAll()
      .where("id", "=", id).executeTakeFirst();
    return row ? responderOf(row) : null;
  }

  async findByEmail(email: string): Promise<Responder | null> {
    const row = await this.#session.read.selectFrom("responders").selectAll()
      .where("email", "=", email.toLowerCase()).executeTakeFirst();
    return row ? responderOf(row) : null;
  }

  list(
    { teamId }: { teamId?: number },
    page: PageRequest,
  ): Promise<Page<Responder>> {
    let matching = this.#session.read.selectFrom("responders");
    if (teamId !== undefined) {
      matching = matching.where(
        "id",
        "in",
        (eb) =>
          eb.selectFrom("team_members").select("responder_id")
            .where("team_id", "=", teamId),
      );
    }
    return paged(page, {
      matching,
      rows: matching.selectAll()
        .orderBy(sql`lower(name)`).orderBy("id"),
      shown: responderOf,
    });
  }

  async timeZones(ids: number[]): Promise<Map<number, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#session.read.selectFrom("responders")
      .select(["id", "time_zone"]).where("id", "in", inFewLengths(ids))
      .execute();
    return new Map(rows.map(({ id, time_zone }) => [id, time_zone]));
  }

  insert(person: NewResponder, nowMs: number): Promise<Responder> {
    const at = instant(nowMs);
    return this.#session.write(async (db) =>
      responderOf(
        await db.insertInto("responders").values({
          name: person.name,
          email: person.email.toLowerCase(),
          time_zone: person.timeZone,
          notify_on_resolve: flag(person.notifyOnResolve),
          created_at_ms: at,
          updated_at_ms: at,
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  update(
    id: number,
    patch: Partial<NewResponder>,
    nowMs: number,
  ): Promise<Responder | null> {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("responders").set({
        name: patch.name,
        email: patch.email?.toLowerCase(),
        time_zone: patch.timeZone,
        notify_on_resolve: flagIfGiven(patch.notifyOnResolve),
        updated_at_ms: instant(nowMs),
      }).where("id", "=", id).returningAll().executeTakeFirst();
      return row ? responderOf(row) : null;
    });
  }

  delete(id: number): Promise<boolean> {
    return deleteById(this.#session, "responders", id);
  }

  dependents(id: number): Promise<Dependent[]> {
    return dependentsIn(this.#session.read, [
      sql`SELECT 'account' AS kind, id, email AS name FROM user_accounts WHERE responder_id = ${id}`,
      sql`SELECT 'schedule' AS kind, s.id, s.name FROM schedule_entries e
          JOIN schedules s ON s.id = e.schedule_id
          WHERE e.responder_id = ${id} OR e.replaces_responder_id = ${id}`,
      sql`SELECT 'schedule' AS kind, s.id, s.name FROM schedule_layer_members m
          JOIN schedule_layers l ON l.id = m.layer_id
          JOIN schedules s ON s.id = l.schedule_id WHERE m.responder_id = ${id}`,
      policiesTargeting("responder_id", id),
    ]);
  }

  reachable(ids: number[]): Promise<ReachableResponder[]> {
    return this.#contacts.reachable(ids);
  }

  async zonesOf(
    ids: readonly number[],
  ): Promise<Map<number, Pick<Responder, "name" | "timeZone">>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#session.read.selectFrom("responders")
      .select(["id", "name", "time_zone"])
      .where("id", "in", inFewLengths(ids)).execute();
    return new Map(
      rows.map((
        { id, name, time_zone },
      ) => [id, { name, timeZone: time_zone }]),
    );
  }

  async adminIds(): Promise<number[]> {
    const rows = await this.#session.read.selectFrom("user_accounts")
      .select("responder_id")
      .where("role", "=", "admin").where("enabled", "=", 1)
      .orderBy("responder_id").execute();
    return rows.map(({ responder_id }) => responder_id);
  }

  contactMethods(responderId: number): Promise<ContactMethod[]> {
    return this.#contacts.methods(responderId);
  }

  findContactMethod(id: number): Promise<ContactMethod | null> {
    return this.#contacts.findMethod(id);
  }

  insertContactMethod(
    row: ContactMethodFields,
    nowMs: number,
  ): Promise<ContactMethod> {
    return this.#contacts.insertMethod(row, nowMs);
  }

  updateContactMethod(
    id: number,
    patch: Partial<ContactMethodFields>,
    nowMs: number,
  ): Promise<ContactMethod | null> {
    return this.#contacts.updateMethod(id, patch, nowMs);
  }

  verifyContactMethod(
    id: number,
    proved: Pick<ContactMethod, "channel" | "address">,
    nowMs: number,
  ): Promise<ContactMethod | null> {
    return this.#contacts.verifyMethod(id, proved, nowMs);
  }

  deleteContactMethod(id: number): Promise<boolean> {
    return this.#contacts.deleteMethod(id);
  }

  contactRules(responderId: number): Promise<ContactRule[]> {
    return this.#contacts.rules(responderId);
  }

  setContactRules(
    responderId: number,
    rules: Omit<ContactRule, "id" | "responderId">[],
  ): Promise<ContactRule[]> {
    return this.#contacts.setRules(responderId, rules);
  }
}

function responderOf(row: Selectable<ResponderTable>): Responder {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    timeZone: row.time_zone,
    notifyOnResolve: row.notify_on_resolve === 1,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
