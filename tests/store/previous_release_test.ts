import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { newerVersion, NEXT_NUMBER } from "../other_version.ts";
import { git, OURS, previousRelease, runTestsOf } from "../previous_release.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const here = { repository: REPOSITORY, migrations: OURS };
const { tag, why } = await previousRelease(here);

Deno.test({
  name: why === null
    ? `the store of ${tag} does on our schema what its own tests ask of it`
    : `the store of the release before is not tried on our schema: ${why}`,
  ignore: why !== null,
  async fn() {
    assert.ok(tag);
    const { code, output } = await runTestsOf(tag, {
      ...here,
      tests: "tests/store",
    });
    assert.equal(code, 0, output);
  },
});

interface Clone extends AsyncDisposable {
  repository: string;
}

/** A copy of this repository that has the tags, on commits of their own, and one commit after them. */
async function cloneWith(tags: string[]): Promise<Clone> {
  const repository = await Deno.makeTempDir({ prefix: "pagerpal_test_" });
  await git(REPOSITORY, [
    ...["clone", "--quiet", "--no-tags", "--shared", ".", repository],
  ]);
  for (const tag of [...tags, null]) {
    await git(repository, [
      ...["-c", "user.name=Test", "-c", "user.email=test@example.com"],
      ...["commit", "--quiet", "--allow-empty", "--message", "Next"],
    ]);
    if (tag !== null) await git(repository, ["tag", tag]);
  }
  return {
    repository,
    [Symbol.asyncDispose]: () => Deno.remove(repository, { recursive: true }),
  };
}

const MORE = "ALTER TABLE sessions ADD COLUMN device TEXT;";
const LESS = "ALTER TABLE sessions DROP COLUMN user_agent;";

/** Where there is no git, or no repository, there is no release to try either. */
const isClone = await git(REPOSITORY, ["rev-parse", "HEAD"])
  .then(() => true, () => false);

Deno.test({
  name: "the release before is the newest tag of a version before HEAD",
  ignore: !isClone,
  async fn() {
    await using newer = await newerVersion(`${NEXT_NUMBER}_more.sql`, MORE);
    await using needed = await newerVersion(
      `${NEXT_NUMBER}_less.needs_${NEXT_NUMBER}.sql`,
      LESS,
    );
    await using none = await cloneWith([]);
    const of = ({ repository }: Clone, migrations = newer.folder) =>
      previousRelease({ repository, migrations });
    assert.deepEqual(await of(none), {
      tag: null,
      why: "no release is tagged yet",
    });
    await using clone = await cloneWith([
      ...["v2.0.0-rc.1", "v2.0.0", "v10.0.0-rc.2", "v9.1.0", "very-old", "v11"],
    ]);
    assert.deepEqual(await of(clone), { tag: "v10.0.0-rc.2", why: null });
    await git(clone.repository, ["tag", "v12.0.0"]);
    assert.equal((await of(clone)).tag, "v10.0.0-rc.2", "HEAD is not before");
    assert.match((await of(clone, OURS)).why ?? "", /has the same schema/);
    assert.match((await of(clone, needed.folder)).why ?? "", /cannot work on/);
  },
});

Deno.test({
  name:
    "a release is found to work on a schema that has more, and not on one that has less",
  ignore: !isClone,
  async fn() {
    await using clone = await cloneWith(["v2.0.0"]);
    const { repository } = clone;
    const tests = "tests/store/accounts/sessions_test.ts";
    for (
      const [sql, code, words] of [
        [MORE, 0, /^\d+ passed, 0 failed$/m],
        [LESS, 1, /user_agent/],
      ] as const
    ) {
      await using newer = await newerVersion(`${NEXT_NUMBER}_next.sql`, sql);
      const migrations = newer.folder;
      const ran = await runTestsOf("v2.0.0", { repository, migrations, tests });
      assert.equal(ran.code, code, ran.output);
      assert.match(ran.output, words);
    }
  },
});
