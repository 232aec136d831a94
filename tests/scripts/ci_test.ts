import { deepEqual, equal, match } from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

interface Ran {
  code: number;
  lastLine: string;
}

/** Runs .ci/run on a copy of the README, with an `npx` that only does as told and writes down what it was asked. */
async function runCi(
  { readme, staticCode = 0, testCode = 0, output = "", smokeCode }: {
    readme?: string;
    staticCode?: number;
    testCode?: number;
    output?: string;
    /** Where the containers are to be tried. */
    smokeCode?: number;
  },
): Promise<Ran & { asked: string; said: string }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/.ci`);
    await Deno.copyFile(new URL(".ci/run", ROOT), `${folder}/.ci/run`);
    const own = await Deno.readTextFile(new URL("README.md", ROOT));
    await Deno.writeTextFile(`${folder}/README.md`, readme ?? own);
    await Deno.writeTextFile(`${folder}/output`, output);
    await Deno.writeTextFile(
      `${folder}/npx`,
      [
        "#!/bin/sh",
        `echo "npx $*" >> "${folder}/asked"`,
        `case "$*" in *static) exit ${staticCode};; esac`,
        `cat "${folder}/output"; exit ${testCode}`,
      ].join("\n"),
      { mode: 0o755 },
    );
    await Deno.mkdir(`${folder}/scripts`);
    await Deno.writeTextFile(
      `${folder}/scripts/smoke-production-compose`,
      `#!/bin/sh\nexit ${smokeCode ?? 77}`,
      { mode: 0o755 },
    );
    const { code, stdout } = await new Deno.Command("bash", {
      args: [`${folder}/.ci/run`],
      env: {
        PATH: `${folder}:${Deno.env.get("PATH")}`,
        CI_CONTAINERS: smokeCode === undefined ? "" : "1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    const said = new TextDecoder().decode(stdout);
    const lines = said.trimEnd().split("\n");
    const asked = await Deno.readTextFile(`${folder}/asked`).catch(() => "");
    return { code, lastLine: lines.at(-1) ?? "", asked, said };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("CI runs README's own test command, and ends with the tests' count", async () => {
  const { code, lastLine, asked } = await runCi({
    output: "much\n12 passed, 0 failed\n",
  });
  equal(code, 0);
  equal(lastLine, "12 passed, 0 failed");
  match(asked, /^npx -y deno@\S+ task static\nnpx -y deno@\S+ task test\n$/);
});

Deno.test("CI fails when a test, a static check or the runner itself does, and its count says so", async () => {
  const passed = "12 passed, 0 failed\n";
  const runs: [Parameters<typeof runCi>[0], string][] = [
    [{ output: "12 passed, 3 failed\n", testCode: 1 }, "12 passed, 3 failed"],
    [{ output: passed, staticCode: 1 }, "12 passed, 1 failed"],
    [{ output: passed, testCode: 3 }, "12 passed, 1 failed"],
    [{ output: "it crashed\n", testCode: 1 }, "0 passed, 1 failed"],
    [{ output: "nothing was run\n" }, "0 passed, 1 failed"],
    [{ output: passed, readme: "Run the tests." }, "0 passed, 1 failed"],
  ];
  for (const [run, expected] of runs) {
    const { code, lastLine } = await runCi(run);
    equal(lastLine, expected);
    equal(code, 1, expected);
  }
});

Deno.test("CI says that it leaves the containers out, and counts them where it is told to try them", async () => {
  const output = "12 passed, 0 failed\n";
  const without = await runCi({ output });
  match(without.said, /^Skipped: scripts\/smoke-production-compose/m);
  equal(without.code, 0);
  const good = await runCi({ output, smokeCode: 0 });
  deepEqual([good.code, good.lastLine], [0, "13 passed, 0 failed"]);
  // No engine is a failure where one was promised.
  const none = await runCi({ output, smokeCode: 77 });
  deepEqual([none.code, none.lastLine], [1, "12 passed, 1 failed"]);
});
