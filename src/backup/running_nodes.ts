/** Whether anybody works on a PostgreSQL database that is to be replaced. */
import { nodeState } from "../domain/system/node.ts";
import { StoreUnavailableError } from "../ports/store.ts";
import { openStore } from "../store/open.ts";
import {
  onServer,
  pagerpalSessions,
} from "../store/postgres/postgres_databases.ts";
import { codeOf } from "../store/connection/store_error.ts";
import { BackupError } from "./backup_error.ts";

/**
 * Promises that no PagerPal works on the database. A node that was heard of lately may be connected again at any moment,
 * and one that is connected is at work. Throws BackupError.
 */
export async function refuseRunning(url: string, nowMs: number): Promise<void> {
  const names = await runningNodes(url, nowMs);
  if (names === null) return;
  if (names.length > 0) {
    throw new BackupError(
      `PagerPal runs on the database: ${
        names.join(", ")
      } was heard of less than 30 seconds ago. Stop it first.`,
    );
  }
  const sessions = await onServer(url, pagerpalSessions);
  if (sessions === 0) return;
  throw new BackupError(
    `PagerPal is connected to the database (${sessions} sessions). Stop it first.`,
  );
}

/** Null where there is no such database, and so nobody on it. */
async function runningNodes(
  url: string,
  nowMs: number,
): Promise<string[] | null> {
  const store = await openStore({ url, poolSize: 1 });
  try {
    const nodes = await store.nodes.list();
    return nodes.filter((node) =>
      !["stopped", "lost"].includes(nodeState(node, nowMs))
    ).map(({ name }) => name);
  } catch (error) {
    if (isNoDatabase(error)) return null;
    if (isNoSchema(error)) return [];
    throw error;
  } finally {
    await store.close();
  }
}

function isNoDatabase(error: unknown): boolean {
  return codeOf(error) === "3D000";
}

function isNoSchema(error: unknown): boolean {
  return error instanceof StoreUnavailableError && error.reason === "schema";
}
