import assert from "node:assert/strict";
import type { Page } from "npm:playwright-core@1.65.1";
import { browserTest, EITHER } from "./browser.ts";
import { giveSession } from "./session.ts";

/** Another site, with a page whose one button posts to ours. */
function otherSite(hostname: string, action: string) {
  const html = `<!doctype html><title>Prizes</title>
<form method="post" action="${action}"><input name="_csrf" value="guess"><button>Win</button></form>`;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(html, { headers: { "content-type": "text/html" } }),
  );
  const url = `http://${hostname}:${server.addr.port}/`;
  return {
    url,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const SITES = {
  "another site": "localhost",
  // Its requests carry the cookies: they are the host's, whatever the port.
  "another port of the same host": "127.0.0.1",
};

for (const [name, hostname] of Object.entries(SITES)) {
  browserTest(
    `a form that ${name} posts is refused and changes nothing`,
    { as: "responder", otherSites: true, refusals: [401, 403] },
    async ({ page, stage }) => {
      const { id } = await stage.incident("Card payments");
      await using site = otherSite(
        hostname,
        `${stage.origin}/incidents/${id}/acknowledge`,
      );
      await page.goto(site.url);
      const answer = page.waitForResponse((one) =>
        one.request().method() === "POST"
      );
      await page.getByRole("button", { name: "Win" }).click();
      assert.ok([401, 403].includes((await answer).status()));
      const { status } = await stage.incident("Card payments");
      assert.equal(status, "triggered");
      assert.equal(await page.getByText("Send it again?").count(), 0);
    },
  );
}

async function writeNote(page: Page, text: string): Promise<void> {
  await page.locator("#note > summary").click();
  await page.getByRole("textbox", { name: "Note" }).fill(text);
}

browserTest(
  "a form from before the last login says so, keeps what was written, and can be sent again",
  { as: "responder", scripts: EITHER, refusals: [403] },
  async ({ page, stage, context }) => {
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    await writeNote(page, "The gateway answers again.");
    await giveSession(context, { stage, role: "responder" });
    await page.getByRole("button", { name: "Add note" }).click();
    await page.getByRole("heading", { name: "Send it again?" }).waitFor();
    await page.getByText("The gateway answers again.").waitFor();
    await page.getByRole("button", { name: "Send it again" }).click();
    await page.waitForURL(new RegExp(`/incidents/${id}$`));
    await page.locator("#main").getByText("The gateway answers again.")
      .waitFor();
  },
);

browserTest(
  "a form sent after the login has ended comes back after the next login",
  { as: "responder", scripts: EITHER, refusals: [401] },
  async ({ page, stage, context }) => {
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    await writeNote(page, "The gateway answers again.");
    await context.clearCookies();
    await page.getByRole("button", { name: "Add note" }).click();
    await page.getByText("You were logged out before this was sent").waitFor();
    await page.getByLabel("E-mail address").fill("idris@example.com");
    await page.getByLabel("Password").fill("lantern gravel otter meridian");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("heading", { name: "Send it again?" }).waitFor();
    await page.getByRole("button", { name: "Send it again" }).click();
    await page.waitForURL(new RegExp(`/incidents/${id}$`));
    await page.locator("#main").getByText("The gateway answers again.")
      .waitFor();
  },
);
