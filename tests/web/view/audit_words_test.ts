import { deepEqual } from "node:assert/strict";
import { auditRow } from "../../../src/web/view/audit_words.ts";

const ENTRY = {
  ...{ id: 1, atMs: 0, actor: "maya@example.com", accountId: 1 },
  ...{ action: "team.update", objectKind: "team", objectId: 7 },
  detail: '{"name": "Payments"}',
};

function sentence(entry: Partial<typeof ENTRY>): unknown[] {
  const { words } = auditRow({ ...ENTRY, ...entry }, {
    ...{ timeZone: "UTC", nowMs: 0 },
  });
  return [...words];
}

Deno.test("an entry of the audit log is a sentence, and so are those about the database itself", () => {
  deepEqual(sentence({}), [
    { strong: "maya@example.com" },
    " changed team 7",
    " ",
    { said: "Payments" },
  ]);
  const database = { actor: "system", objectKind: "database", objectId: 0 };
  const said = (action: string) =>
    sentence({ ...database, action, detail: '{"to": "/backups/a.db"}' });
  deepEqual(said("database.backup"), [
    { strong: "system" },
    " backed up the database",
  ]);
  deepEqual(said("database.restore"), [
    { strong: "system" },
    " restored the database",
  ]);
});
