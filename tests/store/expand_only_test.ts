import assert from "node:assert/strict";
import { readMigrations } from "../../src/store/migrations.ts";
import { breaksOf } from "./expand_only.ts";

const migrations = await readMigrations();

Deno.test("no migration breaks the programs of before without saying so in its name", async () => {
  const breaks = await breaksOf(migrations);
  for (const { name, neededVersion } of migrations) {
    if (neededVersion === 0) assert.deepEqual(breaks.get(name), [], name);
  }
});

const BASE = `CREATE TABLE people (
    id @identity@, name @text@ NOT NULL UNIQUE, nick TEXT, age INTEGER NOT NULL
  );
  CREATE TABLE pets (id @identity@, owner_id BIGINT REFERENCES people (id));
  CREATE INDEX people_by_age ON people (age);
  CREATE UNIQUE INDEX one_nick ON people (nick) WHERE age > 0;`;

async function breaks(sql: string): Promise<string[] | undefined> {
  const one = { checksum: "", neededVersion: 0 };
  const found = await breaksOf([
    { ...one, version: 1, name: "base", sql: BASE },
    { ...one, version: 2, name: "next", sql },
  ]);
  return found.get("next");
}

for (
  const sql of [
    "ALTER TABLE people ADD COLUMN shoe INTEGER",
    "ALTER TABLE people ADD COLUMN shoe INTEGER NOT NULL DEFAULT 43",
    "ALTER TABLE people ADD COLUMN friend_id BIGINT REFERENCES people (id)",
    "CREATE TABLE shoes (id @identity@, size INTEGER NOT NULL UNIQUE)",
    "CREATE INDEX people_by_nick ON people (nick); DROP INDEX people_by_age",
    "UPDATE people SET nick = name",
  ]
) {
  Deno.test(`programs of before go on after: ${sql}`, async () => {
    assert.deepEqual(await breaks(sql), []);
  });
}

for (
  const [sql, what] of [
    ["DROP TABLE pets", "the table pets is gone"],
    ["ALTER TABLE pets RENAME TO animals", "the table pets is gone"],
    [
      "DROP INDEX people_by_age; DROP INDEX one_nick; ALTER TABLE people DROP COLUMN age",
      "people.age is gone",
    ],
    ["ALTER TABLE people RENAME COLUMN age TO years", "people.age is gone"],
    [
      "CREATE TABLE new_pets (id @identity@, owner_id BIGINT NOT NULL); DROP TABLE pets; ALTER TABLE new_pets RENAME TO pets",
      "pets.owner_id is BIGINT NOT NULL and was BIGINT NULL",
    ],
    [
      "CREATE TABLE new_pets (id @identity@, owner_id BIGINT, race TEXT NOT NULL); DROP TABLE pets; ALTER TABLE new_pets RENAME TO pets",
      "pets.race has to be written",
    ],
    ["DROP INDEX one_nick", "one_nick no longer holds"],
    [
      "CREATE UNIQUE INDEX one_pet ON pets (owner_id)",
      "one_pet is a new rule on an old table",
    ],
    [
      "CREATE TRIGGER no_pets BEFORE INSERT ON pets BEGIN SELECT RAISE(ABORT, 'no'); END",
      "no_pets is a new rule on an old table",
    ],
  ] as const
) {
  Deno.test(`programs of before trip over: ${sql}`, async () => {
    const found = await breaks(sql);
    assert.ok(found?.includes(what), JSON.stringify(found));
  });
}
