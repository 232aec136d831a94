/** How each responder is reached: contact methods, and the rules that say which one when. */
import { type RawBuilder, sql } from "kysely";
import type {
  ContactMethod,
  ContactRule,
  ReachableResponder,
} from "../../domain/responders/people.ts";
import type { ContactMethodFields } from "../../ports/directory_repositories.ts";
import { flag, flagIfGiven, instant } from "../statements/column.ts";
import { contactMethodOf, contactRuleOf } from "./contact_row.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { deleteById } from "../statements/deletion.ts";
import { chunks } from "../statements/page.ts";
import type { Session } from "../connection/session.ts";

type NewContactRule = Omit<ContactRule, "id" | "responderId">;

const ROWS_PER_INSERT = 1_000;

/** The part of the responder repository that is about contacts. */
export class Contacts {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async methods(responderId: number): Promise<ContactMethod[]> {
    const rows = await this.#session.read.selectFrom("contact_methods")
      .selectAll().where("responder_id", "=", responderId)
      .orderBy("id").execute();
    return rows.map(contactMethodOf);
  }

  async findMethod(id: number): Promise<ContactMethod | null> {
    const row = await this.#session.read.selectFrom("contact_methods")
      .selectAll().where("id", "=", id).executeTakeFirst();
    return row ? contactMethodOf(row) : null;
  }

  insertMethod(method: ContactMethodFields, nowMs: number) {
    const at = instant(nowMs);
    return this.#session.write(async (db) =>
      contactMethodOf(
        await db.insertInto("contact_methods").values({
          responder_id: method.responderId,
          channel: method.channel,
          address: method.address,
          label: method.label,
          enabled: flag(method.enabled),
          verified_at_ms: null,
          created_at_ms: at,
          updated_at_ms: at,
        }).returningAll().executeTakeFirstOrThrow(),
      )
    );
  }

  updateMethod(
    id: number,
    patch: Partial<ContactMethodFields>,
    nowMs: number,
  ) {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("contact_methods").set({
        responder_id: patch.responderId,
        channel: patch.channel,
        address: patch.address,
        label: patch.label,
        enabled: flagIfGiven(patch.enabled),
        // Decided by the row itself: another process may be changing the address at this moment.
        verified_at_ms: verifiedStill(patch),
        updated_at_ms: instant(nowMs),
      }).where("id", "=", id).returningAll().executeTakeFirst();
      return row ? contactMethodOf(row) : null;
    });
  }

  verifyMethod(
    id: number,
    { channel, address }: Pick<ContactMethod, "channel" | "address">,
    nowMs: number,
  ) {
    return this.#session.write(async (db) => {
      const row = await db.updateTable("contact_methods")
        .set({ verified_at_ms: instant(nowMs) })
        .where("id", "=", id)
        .where("channel", "=", channel).where("address", "=", address)
        .returningAll().executeTakeFirst();
      return row ? contactMethodOf(row) : null;
    });
  }

  deleteMethod(id: number): Promise<boolean> {
    return deleteById(this.#session, "contact_methods", id);
  }

  async rules(responderId: number): Promise<ContactRule[]> {
    const rows = await this.#session.read.selectFrom("contact_rules")
      .selectAll().where("responder_id", "=", responderId)
      .orderBy("id").execute();
    return rows.map(contactRuleOf);
  }

  setRules(responderId: number, rules: NewContactRule[]) {
    return this.#session.write(async (db) => {
      await db.deleteFrom("contact_rules")
        .where("responder_id", "=", responderId).execute();
      const written: ContactRule[] = [];
      for (const some of chunks(rules, ROWS_PER_INSERT)) {
        const rows = await db.insertInto("contact_rules").values(
          some.map((rule) => ({
            responder_id: responderId,
            urgency: rule.urgency,
            contact_method_id: rule.contactMethodId,
            delay_minutes: rule.delayMinutes,
          })),
        ).returningAll().execute();
        written.push(...rows.map(contactRuleOf));
      }
      return written.sort((a, b) => a.id - b.id);
    });
  }

  /** Those of the ids that exist, ascending. */
  async reachable(ids: number[]): Promise<ReachableResponder[]> {
    const wanted = inFewLengths(ids);
    if (wanted.length === 0) return [];
    const db = this.#session.read;
    const [people, methods, rules] = await Promise.all([
      db.selectFrom("responders").select(["id", "name", "notify_on_resolve"])
        .where("id", "in", wanted).orderBy("id").execute(),
      db.selectFrom("contact_methods").selectAll()
        .where("responder_id", "in", wanted).orderBy("id").execute(),
      db.selectFrom("contact_rules").selectAll()
        .where("responder_id", "in", wanted).orderBy("id").execute(),
    ]);
    const methodsOf = Map.groupBy(methods, (row) => row.responder_id);
    const rulesOf = Map.groupBy(rules, (row) => row.responder_id);
    return people.map(({ id, name, notify_on_resolve }) => ({
      id,
      name,
      notifyOnResolve: notify_on_resolve === 1,
      contactMethods: (methodsOf.get(id) ?? []).map(contactMethodOf),
      contactRules: (rulesOf.get(id) ?? []).map(contactRuleOf),
    }));
  }
}

/** In an UPDATE the names of columns stand for what they hold before it. */
function verifiedStill(
  { channel, address }: Partial<ContactMethodFields>,
): RawBuilder<number | null> {
  return sql<number | null>`CASE
    WHEN channel = ${channel ?? sql.ref("channel")}
     AND address = ${address ?? sql.ref("address")}
    THEN verified_at_ms END`;
}
