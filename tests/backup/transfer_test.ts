import { deepEqual, equal, match, ok } from "node:assert/strict";
import { BackupError } from "../../src/backup/backup_error.ts";
import { exportData } from "../../src/backup/export_data.ts";
import {
  importData,
  type ImportOptions,
} from "../../src/backup/import_data.ts";
import { keyCheck } from "../../src/backup/manifest.ts";
import { textLines } from "../../src/backup/text_lines.ts";
import { migrate, NEWEST_SCHEMA_VERSION } from "../../src/store/migrate.ts";
import { BACKENDS, type TestBackend } from "../stores.ts";
import { everyRow } from "../every_row.ts";
import { runSql } from "../sql.ts";
import { fillEveryTable } from "./every_table.ts";

const NOW_MS = Date.UTC(2026, 10, 28, 3, 17);
const KEY = "a key that is long enough for anybody";

async function exported(url: string): Promise<string[]> {
  const lines: string[] = [];
  await exportData({
    address: { url },
    version: "1.2.3",
    keyCheck: keyCheck(KEY),
    nowMs: NOW_MS,
    write: (text) => {
      ok(text.endsWith("\n"));
      lines.push(...text.slice(0, -1).split("\n"));
      return Promise.resolve();
    },
  });
  return lines;
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

function imported(
  url: string,
  lines: readonly string[],
  options: Partial<ImportOptions> = {},
): Promise<Record<string, number>> {
  return importData({
    address: { url },
    lines: each(lines),
    schemaVersion: NEWEST_SCHEMA_VERSION,
    secretKey: KEY,
    otherKey: false,
    replace: false,
    nowMs: NOW_MS,
    ...options,
  });
}

const WAYS: [from: TestBackend["name"], to: TestBackend["name"]][] = [
  ["libSQL", "PostgreSQL"],
  ["PostgreSQL", "libSQL"],
  ["libSQL", "remote libSQL"],
  ["remote libSQL", "libSQL"],
];

for (const [from, to] of WAYS) {
  Deno.test(`what is exported from ${from}, imported into ${to} and exported again is the same to the letter`, async () => {
    await using source = await BACKENDS[from]();
    await using target = await BACKENDS[to]();
    await migrate(source, 0);
    const rows = await fillEveryTable(source.url);
    const lines = await exported(source.url);
    equal(lines.length, rows + 2);
    await imported(target.url, lines);
    deepEqual(await exported(target.url), lines);
    // And the next row is given the number that it would have been given there.
    const next = async (url: string) => {
      await runSql(
        url,
        "INSERT INTO teams (name, description, created_at_ms, updated_at_ms) VALUES ('Next', '', 0, 0)",
      );
      return (await everyRow(url))["teams"]?.at(-1)?.["id"];
    };
    if (from === "remote libSQL" || to === "remote libSQL") return;
    equal(await next(target.url), await next(source.url));
  });
}

/** A migrated libSQL file with something in every table, what it exports, and an empty one of the kind. */
async function withExport(
  to: TestBackend["name"],
  body: (lines: string[], url: string) => Promise<void>,
): Promise<void> {
  await using source = await BACKENDS.libSQL();
  await using target = await BACKENDS[to]();
  await migrate(source, 0);
  await fillEveryTable(source.url);
  await migrate(target, 0);
  await body(await exported(source.url), target.url);
}

/** What is done to the lines of an export, and what is said of it. */
const WRONG: [
  what: string,
  spoil: (lines: string[]) => string[],
  said: RegExp,
  options?: Partial<ImportOptions>,
][] = [
  ["is empty", () => [], /Line 1 is not JSON/],
  ["is another file", () => ["%PDF-1.7"], /Line 1 is not JSON/],
  [
    "is other JSON",
    () => ['{"name": "somebody\'s"}'],
    /Line 1, field format: must be "pagerpal-export"/,
  ],
  [
    "is of a later format",
    (lines) => changed(lines, 0, { format_version: 2 }),
    /Line 1, field format_version: is 2, and .* knows 1/,
  ],
  [
    "is of a newer schema",
    (lines) => changed(lines, 0, { schema_version: 9_999 }),
    /Line 1, field schema_version: is 9999, .* 1\.2\.3 or a later/,
  ],
  [
    "lacks a field of its header",
    (lines) => changed(lines, 0, { exported_at: undefined }),
    /Line 1, field exported_at: /,
  ],
  [
    "was written under another key",
    (lines) => lines,
    /Line 1, field key_check: .*another SECRET_KEY/,
    { secretKey: "another" },
  ],
  [
    "has a line that is cut off",
    (lines) => lines.with(2, lines[2]?.slice(0, 20) ?? ""),
    /Line 3 is not JSON/,
  ],
  [
    "has a row of an unknown table",
    (lines) => changed(lines, 1, { table: "songs" }),
    /Line 2, field table: "songs" is not known/,
  ],
  [
    "lacks a column",
    (lines) => changedRow(lines, { name: undefined }),
    /Line \d+, field row\.name: is missing/,
  ],
  [
    "has a column that is not known",
    (lines) => changedRow(lines, { colour: "red" }),
    /Line \d+, field row\.colour: is not known in teams/,
  ],
  [
    "has a text for a number",
    (lines) => changedRow(lines, { created_at_ms: "yesterday" }),
    /Line \d+, field row\.created_at_ms: must be a whole number/,
  ],
  [
    "has null where there must be something",
    (lines) => changedRow(lines, { name: null }),
    /Line \d+, field row\.name: must not be null/,
  ],
  [
    "has an object for a value",
    (lines) => changedRow(lines, { name: {} }),
    /Line \d+, field row\.name: /,
  ],
  [
    "lacks its last line",
    (lines) => lines.slice(0, -1),
    /is cut off: its last line is missing/,
  ],
  [
    "lacks a row",
    (lines) => lines.filter((line) => !line.startsWith('{"table":"sessions"')),
    /has 0 rows of sessions, and its last line says 2/,
  ],
  [
    "has a row twice",
    (lines) =>
      lines.toSpliced(teamLine(lines), 0, lines[teamLine(lines)] ?? ""),
    /Lines \d+ to \d+: teams has a row twice/,
  ],
  [
    "has a row that refers to nothing",
    (lines) =>
      lines.map((line) =>
        line.replace(/("table":"incidents".*"team_id":)\d+/, "$1777")
      ),
    /Lines \d+ to \d+: incidents has a row that refers to one/,
  ],
  [
    "goes on after its end",
    (lines) => [...lines, lines[1] ?? ""],
    /Line \d+ comes after the last one/,
  ],
];

for (const [what, spoil, said, options] of WRONG) {
  Deno.test(`an export that ${what} is refused with the line and the field, and nothing of it is taken`, async () => {
    await withExport("libSQL", async (lines, url) => {
      await refused(url, spoil(lines), { said, ...options });
    });
  });
}

Deno.test("nothing is taken of an export that is wrong on PostgreSQL either", async () => {
  await withExport("PostgreSQL", async (lines, url) => {
    for (
      const what of [
        "lacks its last line",
        "has a row twice",
        "has a row that refers to nothing",
        "lacks a row",
      ]
    ) {
      const [, spoil, said = /x/] = WRONG.find(([name]) => name === what) ?? [];
      await refused(url, spoil?.(lines) ?? [], { said });
    }
    const large = lines.map((line) =>
      line.replace(
        /("table":"incidents"[^]*"round":)\d+/,
        "$1 9007199254740991",
      )
    );
    const said = /Lines \d+ to \d+: incidents has a value that/;
    await refused(url, large, { said });
    await imported(url, lines);
  });
});

async function refused(
  url: string,
  lines: string[],
  { said, ...options }: { said: RegExp } & Partial<ImportOptions>,
): Promise<void> {
  const error = await imported(url, lines, options)
    .then(() => null, (reason) => reason);
  ok(error instanceof BackupError, String(error));
  match(error.message, said);
  const rows = Object.values(await everyRow(url)).flat();
  deepEqual(rows, []);
}

Deno.test("a database that holds something is left alone, unless it is to be replaced; then all of it is", async () => {
  for (const to of ["libSQL", "PostgreSQL"] as const) {
    await withExport(to, async (lines, url) => {
      await runSql(
        url,
        "INSERT INTO teams (name, description, created_at_ms, updated_at_ms) VALUES ('Ours', '', 0, 0)",
      );
      const error = await imported(url, lines)
        .then(() => null, (reason) => reason);
      match(String(error), /is not empty: .*1 in teams.*--replace/);
      equal((await everyRow(url))["teams"]?.[0]?.["name"], "Ours");
      const cut = lines.slice(0, -1);
      const half = await imported(url, cut, { replace: true })
        .then(() => null, (reason) => reason);
      match(String(half), /cut off/);
      equal((await everyRow(url))["teams"]?.length, 1);
      await imported(url, lines, { replace: true });
      deepEqual(await exported(url), lines);
    });
  }
});

Deno.test("an export of an older schema is taken into a new database, and brought to the newest migration", async () => {
  await using source = await BACKENDS.libSQL();
  await using target = await BACKENDS.PostgreSQL();
  await using newest = await BACKENDS.libSQL();
  await migrate(source, 0, { upTo: 9 });
  await runSql(
    source.url,
    "INSERT INTO teams (name, description, created_at_ms, updated_at_ms) VALUES ('Old', '', 0, 0)",
  );
  const lines = await exported(source.url);
  await imported(target.url, lines);
  const [header = ""] = await exported(target.url);
  equal(JSON.parse(header).schema_version, NEWEST_SCHEMA_VERSION);
  equal((await everyRow(target.url))["teams"]?.length, 1);
  await migrate(newest, 0);
  const error = await imported(newest.url, lines)
    .then(() => null, (reason) => reason);
  match(String(error), /is at migration 9, and the database at \d+/);
});

Deno.test("an export is of one moment, whatever is written while it is read", async () => {
  for (const kind of ["libSQL", "PostgreSQL"] as const) {
    await using source = await BACKENDS[kind]();
    await migrate(source, 0);
    const team = (name: string) =>
      runSql(
        source.url,
        `INSERT INTO teams (name, description, created_at_ms, updated_at_ms) VALUES ('${name}', '', 0, 0)`,
      );
    await team("Before");
    let text = "";
    await exportData({
      ...{ address: source, version: "1", keyCheck: keyCheck(KEY) },
      nowMs: NOW_MS,
      async write(lines) {
        if (text === "") await team("Meanwhile");
        text += lines;
      },
    });
    ok(text.includes("Before"));
    ok(!text.includes("Meanwhile"), kind);
  }
});

Deno.test("rows of many pages are read once each, in the order of their keys", async () => {
  for (const kind of ["libSQL", "PostgreSQL"] as const) {
    await using source = await BACKENDS[kind]();
    await migrate(source, 0);
    const values = Array.from(
      { length: 1_001 },
      (_, n) => `('scope', '${n % 2 ? "a" : "B"}-${n}', ${n})`,
    );
    await runSql(
      source.url,
      `INSERT INTO seen_messages (scope, message_id, seen_at_ms) VALUES ${
        values.join(", ")
      }`,
    );
    const ids = (await exported(source.url))
      .map((line) => JSON.parse(line).row?.message_id)
      .filter((id) => id !== undefined);
    equal(new Set(ids).size, 1_001);
    deepEqual(ids, ids.toSorted());
  }
});

Deno.test("lines are found however a stream is cut, and one without an end is not read for ever", async () => {
  const of = async (...chunks: string[]) =>
    await Array.fromAsync(textLines(
      ReadableStream.from(chunks).pipeThrough(new TextEncoderStream()),
    ));
  deepEqual(await of("a\nbü", "ü\n", "\nc"), ["a", "büü", "", "c"]);
  deepEqual(await of(""), []);
  const endless = "x".repeat(33 * 1024 * 1024);
  const error = await of(endless, endless, endless)
    .then(() => null, (reason) => reason);
  match(String(error), /a line that is too long/);
});

function teamLine(lines: string[]): number {
  return lines.findIndex((line) => line.startsWith('{"table":"teams"'));
}

function changed(
  lines: string[],
  index: number,
  fields: Record<string, unknown>,
): string[] {
  const line = JSON.parse(lines[index] ?? "");
  return lines.with(index, JSON.stringify({ ...line, ...fields }));
}

function changedRow(
  lines: string[],
  fields: Record<string, unknown>,
): string[] {
  const index = teamLine(lines);
  const { row } = JSON.parse(lines[index] ?? "");
  return changed(lines, index, { row: { ...row, ...fields } });
}
