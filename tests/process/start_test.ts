import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempFolder } from "../backup/places.ts";
import { createTestDatabase, createTestFile } from "../databases.ts";
import { freePort, script, Server, until } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("deno serve takes the handler that main.ts exports", async () => {
  await using database = await createTestFile();
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["serve", "-A", "--frozen", `--port=${port}`, "main.ts"],
    cwd: ROOT,
    env: { ENVIRONMENT: "test", DATABASE_URL: database.url },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const health = await until(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health`)
        .catch(() => null);
      return answer && await answer.json();
    }, "an answer of deno serve");
    assert.equal(health.service, "pagerpal");
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

for (
  const [name, open] of [
    ["libSQL", createTestFile],
    ["PostgreSQL", createTestDatabase],
  ] as const
) {
  Deno.test(`production refuses a ${name} database that is behind, says what to do, and starts once it is done`, async () => {
    await using database = await open();
    const env = {
      ENVIRONMENT: "production",
      DATABASE_URL: database.url,
      SECRET_KEY: "0123456789abcdef0123456789abcdef",
      PAGERPAL_BASE_URL: "https://pager.example.com",
      ALLOWED_ORIGINS: "https://pager.example.com",
    };
    await assert.rejects(
      () => Server.start({ env }),
      /ended with 1: .*lacks.*0001_initial\.sql.*deno task migrate/s,
    );
    await script("migrate", { env });
    await using server = await Server.start({ env });
    const ready = await server.request("GET", "/health/ready");
    assert.equal(ready.status, 200);
  });
}

Deno.test("a port that is taken, or an address that is not this machine's, ends the start in a sentence", async () => {
  await using database = await createTestFile();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  for (
    const [HOST, said] of [
      ["127.0.0.1", /HOST 127\.0\.0\.1 and PORT \d+ cannot be listened on: /],
      // An address for documentation (RFC 5737).
      [
        "203.0.113.5",
        /HOST 203\.0\.113\.5 and PORT \d+ cannot be listened on: /,
      ],
    ] as const
  ) {
    const env = { DATABASE_URL: database.url, HOST };
    await assert.rejects(() => Server.start({ env, port }), (error: Error) => {
      assert.match(error.message, /ended with 1: /);
      assert.match(error.message, said);
      assert.doesNotMatch(error.message, /^\s+at /m);
      return true;
    });
  }
});

Deno.test({
  name: "an IPv6 address is said as it stands in an address",
  ignore: !hasIpv6(),
  async fn() {
    await using database = await createTestFile();
    const env = { DATABASE_URL: database.url, HOST: "::1" };
    await using server = await Server.start({ env });
    assert.match(server.output, /listens on http:\/\/\[::1\]:\d+"/);
  },
});

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** Runs a program of ours to its end with another working directory, which has the `.env`; tells what it said. */
async function runIn(
  cwd: string,
  program: string,
): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--frozen", fileURLToPath(new URL(program, ROOT))],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, said: text(stdout) + text(stderr) };
}

Deno.test("a .env that cannot be read ends what is started in a sentence, and the mark at its beginning is no part of it", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, ".env");
  const started = (program: string) => runIn(folder.path, program);
  await Deno.mkdir(path);
  for (
    const [program, exitCode] of [
      ["main.ts", 1],
      ["scripts/migrate.ts", 1],
      ["scripts/doctor.ts", 2],
    ] as const
  ) {
    const { code, said } = await started(program);
    assert.equal(code, exitCode, said);
    assert.match(said, /\.env cannot be read \(.+\); it must be a text file/);
    assert.doesNotMatch(said, /^\s+at /m);
  }
  await Deno.remove(path);
  const setting = "LOG_LEVEL=loud\n";
  await Deno.writeFile(path, Buffer.from(`\ufeff${setting}`, "utf16le"));
  assert.match(
    (await started("main.ts")).said,
    /\.env cannot be read \(it is no text in UTF-8\)/,
  );
  await Deno.writeTextFile(path, `\ufeff${setting}`);
  assert.match((await started("main.ts")).said, /LOG_LEVEL holds "loud"/);
});
