import { equal, match } from "node:assert/strict";
import { migrate } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/open.ts";
import { createTestFile } from "../databases.ts";
import { createWorld } from "../store/fixture.ts";
import { runScript } from "./scripts.ts";

Deno.test("dry-run tells who would be paged by a policy or a source, in words and as JSON, and writes nothing", async () => {
  await using database = await createTestFile();
  const { url } = database;
  await migrate({ url }, 0);
  const store = await openStore({ url });
  const { ada, policy, source } = await createWorld(store);
  await store.responders.insertContactMethod({
    responderId: ada.id,
    channel: "email",
    address: "ada@example.com",
    label: "",
    enabled: true,
  }, 0);
  const again = await store.teams.insert({ name: "Other", description: "" }, 0);
  const { id: _id, ...copy } = policy;
  await store.policies.insert({ ...copy, teamId: again.id }, 0);
  await store.close();
  const env = { DATABASE_URL: url };
  const run = (...args: string[]) => runScript("dry_run", { args, env });
  const at = ["--at", "2026-11-28 03:00", "--time-zone", "Europe/London"];

  const told = await run("--policy", String(policy.id), ...at);
  equal(told.code, 0, told.err);
  match(told.out, /: critical, Sat 28 Nov 2026, 03:00:00 GMT\n/);
  match(told.out, /\n +0 min +03:00 +step 1 +\S.* by e-mail/);
  match(told.out, /\nEnds after \d+ min, 03:\d\d: everything has been tried/);

  const json = await run(
    ...["--source", source.name.toUpperCase(), "--json"],
    ...["--severity", "info", "--at", "2026-11-28T03:00:00Z"],
  );
  equal(json.code, 0, json.err);
  const run1 = JSON.parse(json.out);
  equal(run1.at, "2026-11-28T03:00:00.000Z");
  equal(run1.severity, "info");
  equal(run1.steps[0].pages[0].responder.id, ada.id);

  for (
    const [args, code, message] of [
      [[], 2, /Name one of --policy and --source/],
      [["--policy", "1", "--source", "1"], 2, /Name one of/],
      [["--policy", "1", "--at", "soon"], 2, /--at holds "soon"/],
      [["--policy", "1", "--severity", "bad"], 2, /--severity holds "bad"/],
      [["--policy", "1", "--time-zone", "X"], 2, /--time-zone holds "X"/],
      [["--policy", "Nothing"], 1, /There is no escalation policy "Nothing"/],
      [["--source", "77"], 1, /There is no alert source "77"/],
      [["--policy", policy.name], 1, /2 are called .* by its id: \d+, \d+/],
    ] as const
  ) {
    const refused = await run(...args);
    equal(refused.code, code, args.join(" "));
    match(refused.err, message);
  }
});

Deno.test("dry-run migrates nothing: it says that the database is behind", async () => {
  await using database = await createTestFile();
  const args = ["--policy", "1"];
  const env = { DATABASE_URL: database.url };
  const { code, err } = await runScript("dry_run", { args, env });
  equal(code, 1);
  match(err, /The database lacks \d+ migrations/);
});
