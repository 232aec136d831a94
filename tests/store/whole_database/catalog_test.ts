import { deepEqual, equal } from "node:assert/strict";
import {
  countRows,
  type Table,
  tablesOf,
} from "../../../src/store/whole_database/catalog.ts";
import { onConnection } from "../../every_row.ts";
import { runSql } from "../../sql.ts";
import { EVERY_BACKEND, forEachStore, withStore } from "../../stores.ts";

const catalogOf = (url: string) =>
  onConnection(url, ({ read, dialect }) => tablesOf(read, dialect));

Deno.test("both databases have the same tables and columns, and say so alike", async () => {
  const found: Table[][] = [];
  for (const name of EVERY_BACKEND) {
    await withStore(name, async (_store, { url }) => {
      found.push(await catalogOf(url));
    });
  }
  const [libsql, postgres, remote] = found;
  deepEqual(postgres, libsql);
  deepEqual(remote, libsql);
  const incidents = libsql?.find(({ name }) => name === "incidents");
  deepEqual(incidents?.key, ["id"]);
  equal(incidents?.hasIdentity, true);
  const members = libsql?.find(({ name }) => name === "team_members");
  deepEqual(members?.key, ["team_id", "responder_id"]);
  equal(members?.hasIdentity, false);
  const { columns = [] } =
    libsql?.find(({ name }) => name === "notifications") ?? {};
  const column = (name: string) => columns.find((each) => each.name === name);
  equal(column("claimable_at_ms"), undefined, "worked out by the database");
  deepEqual(column("sent_at_ms"), {
    ...{ name: "sent_at_ms", type: "integer", nullable: true },
  });
  deepEqual(column("address"), {
    ...{ name: "address", type: "text", nullable: false },
  });
});

forEachStore(
  "a table comes after those that it refers to, and its rows are counted",
  async (_store, { url }) => {
    await runSql(
      url,
      `INSERT INTO teams (name, description, created_at_ms, updated_at_ms) VALUES ('A', '', 0, 0), ('B', '', 0, 0)`,
    );
    await onConnection(url, async ({ read, dialect }) => {
      const tables = await tablesOf(read, dialect);
      const place = (name: string) =>
        tables.findIndex((table) => table.name === name);
      for (
        const [first, second] of [
          ["teams", "incidents"],
          ["alert_sources", "incidents"],
          ["incidents", "notifications"],
          ["user_accounts", "sessions"],
          ["layer_calendars", "layer_calendar_windows"],
        ] as const
      ) equal(place(first) < place(second), true, `${first} before ${second}`);
      equal(place("schema_migrations"), -1);
      const counts = await countRows(read, tables);
      equal(counts["teams"], 2);
      equal(counts["incidents"], 0);
      deepEqual(Object.keys(counts), tables.map(({ name }) => name));
    });
  },
);
