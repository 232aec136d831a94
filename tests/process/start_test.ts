import assert from "node:assert/strict";
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
