import { ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ifInstalled, run } from "./outside_tools.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Every file of the house that bash runs. */
function shellScripts(): string[] {
  return [".ci", "scripts", "scripts/ec2"].flatMap((folder) =>
    [...Deno.readDirSync(`${ROOT}${folder}`)]
      .filter(({ name, isFile }) => isFile && !name.includes("."))
      .map(({ name }) => `${ROOT}${folder}/${name}`)
  );
}

Deno.test("every shell script is understood by bash, may be run, and stops at the first failure", async () => {
  const scripts = shellScripts();
  ok(scripts.length >= 4);
  for (const script of scripts) {
    await run("bash", ["-n", script]);
    ok((Deno.statSync(script).mode ?? 0) & 0o100, script);
    const text = Deno.readTextFileSync(script);
    ok(text.startsWith("#!/usr/bin/env bash\n"), script);
    ok(/^set -e?uo pipefail$/m.test(text), script);
  }
});

ifInstalled(
  "shellcheck",
  "finds nothing wrong with a shell script",
  async () => {
    // Remarks on style differ from version to version.
    await run("shellcheck", ["--severity=warning", ...shellScripts()]);
  },
);
