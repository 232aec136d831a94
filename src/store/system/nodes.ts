/** The processes that work on this database. */
import type { Selectable } from "kysely";
import type { Node, NodePhase } from "../../domain/system/node.ts";
import type { NodeRepository } from "../../ports/system_repositories.ts";
import { instant } from "../statements/column.ts";
import { pruneBefore } from "../statements/deletion.ts";
import type { NodeTable } from "../schema/system_tables.ts";
import type { Session } from "../connection/session.ts";

const MOST_LISTED = 200;

export class Nodes implements NodeRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async save(node: Node): Promise<void> {
    const { name, ...columns } = columnsOf(node);
    await this.#session.write(
      (db) =>
        db.insertInto("nodes").values({ name, ...columns })
          .onConflict((conflict) =>
            conflict.column("name").doUpdateSet(columns)
          )
          .execute(),
      { durable: false },
    );
  }

  async list(): Promise<Node[]> {
    const rows = await this.#session.read.selectFrom("nodes").selectAll()
      .orderBy("last_seen_at_ms", "desc").limit(MOST_LISTED).execute();
    return rows.map(nodeOf);
  }

  prune(beforeMs: number): Promise<number> {
    return pruneBefore(this.#session, {
      table: "nodes",
      key: ["name"],
      at: "last_seen_at_ms",
      before: instant(beforeMs),
    });
  }
}

function columnsOf(node: Node) {
  return {
    name: node.name,
    hostname: node.hostname,
    version: node.version,
    schema_version: node.schemaVersion,
    phase: node.phase,
    delivers: node.delivers ? 1 : 0,
    escalates: node.escalates ? 1 : 0,
    started_at_ms: instant(node.startedAtMs),
    last_seen_at_ms: instant(node.lastSeenAtMs),
  };
}

function nodeOf(row: Selectable<NodeTable>): Node {
  return {
    name: row.name,
    hostname: row.hostname,
    version: row.version,
    schemaVersion: row.schema_version,
    // Words of a fixed set are written by this house only.
    phase: row.phase as NodePhase,
    delivers: row.delivers === 1,
    escalates: row.escalates === 1,
    startedAtMs: row.started_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
  };
}
