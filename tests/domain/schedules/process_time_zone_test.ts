import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const PROPERTIES = path("schedule_properties_test.ts");
const LOCK = path("../../deno.lock");

// The machine's own zone is the third: every test runs in it anyway.
for (const timeZone of ["America/New_York", "Australia/Lord_Howe"]) {
  Deno.test(`who is on call does not depend on the zone of the process: ${timeZone}`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "-A",
        "--no-check",
        "--frozen",
        `--lock=${LOCK}`,
        PROPERTIES,
      ],
      // What depended on the zone would be wrong in most of the cases.
      env: { TZ: timeZone, NO_COLOR: "1", PROPERTY_CASES: "1000" },
    }).output();
    const text = new TextDecoder();
    const said = text.decode(stdout) + text.decode(stderr);
    assert.equal(code, 0, said);
    assert.match(said, /ok \| [1-9]\d* passed \| 0 failed/);
  });
}

function path(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
