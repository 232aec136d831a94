import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { rota } from "./calendar_screens.ts";
import { browserTest, EITHER, PHONE } from "./browser.ts";

browserTest(
  "a calendar is uploaded, its unknown names are explained, and it is saved below another layer",
  { as: "admin", scripts: EITHER, data: "people", viewport: PHONE },
  async ({ page, stage }) => {
    await page.goto("/schedules/1");
    await page.getByRole("link", { name: "Import a calendar" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Old tool");
    await page.getByLabel("A file").setInputFiles({
      name: "rota.ics",
      mimeType: "text/calendar",
      buffer: Buffer.from(rota(stage.world.nowMs)),
    });
    await page.getByRole("button", { name: "Read and show" }).click();
    await page.getByText("Nothing is saved yet").waitFor();
    const preview = page.getByRole("region", { name: "What that changes" });
    assert.match(await preview.innerText(), /instead of/);
    await page.getByLabel(/^Robin/).selectOption({ label: "Jonas Lind" });
    await page.getByRole("button", { name: "Preview again" }).click();
    await page.waitForURL(/#preview$/);
    assert.match(await preview.innerText(), /Jonas Lind instead of/);
    await page.getByLabel("Place among the layers")
      .selectOption({ label: "Below Nights" });
    await page.getByRole("button", { name: "Save as a layer" }).click();
    await page.getByText("Old tool is saved.").waitFor();
    const names = await page.locator(".layers > li .t").allInnerTexts();
    assert.ok(names.indexOf("Nights") < names.indexOf("Old tool"), `${names}`);
    const row = page.locator(".layers > li").filter({ hasText: "Old tool" });
    assert.match(await row.innerText(), /From the file rota\.ics/);
  },
);

browserTest(
  "an address that cannot be read says so, is read again, leads elsewhere, and goes with its layer",
  { as: "admin", scripts: EITHER, data: "people", refusals: [422] },
  async ({ page, stage }) => {
    const { world } = stage;
    const answering = (text: string | null) => {
      world.fetchCalendar = () =>
        Promise.resolve(
          text === null ? { kind: "failed", message: "The server is away." } : {
            kind: "read",
            text,
            validators: { etag: null, lastModified: null },
          },
        );
    };
    answering(null);
    await page.goto("/schedules/1/calendars/new");
    await page.getByLabel("Name", { exact: true }).fill("Elsewhere");
    await page.getByLabel("Its address").fill("webcal://cal.example.com/a.ics");
    const read = page.getByRole("button", { name: "Read and show" });
    await read.click();
    await page.getByText("The server is away.").waitFor();
    answering(rota(world.nowMs));
    await read.click();
    await page.getByRole("button", { name: "Save as a layer" }).click();
    await page.getByRole("link", { name: "Elsewhere", exact: true }).click();
    answering(null);
    const again = page.getByRole("button", { name: "Read again now" });
    await again.click();
    await page.getByText("It cannot be read.").waitFor();
    answering(rota(world.nowMs));
    await again.click();
    await page.getByText("Elsewhere is read again.").waitFor();
    assert.equal(await page.getByText("It cannot be read.").count(), 0);

    await page.getByRole("link", { name: "Replace the address" }).click();
    await page.getByLabel("Its text").fill(rota(world.nowMs));
    await read.click();
    await page.getByText("Nothing changes in the next 6 weeks.").waitFor();
    await page.getByRole("button", { name: "Throw away" }).click();
    await page.getByText("Thrown away.").waitFor();

    await page.getByRole("link", { name: "Elsewhere", exact: true }).click();
    await page.getByRole("link", { name: "Delete layer" }).click();
    await page.getByRole("region", { name: "What that changes" }).waitFor();
    await page.getByRole("button", { name: "Delete layer" }).click();
    await page.getByText("The layer Elsewhere is deleted.").waitFor();
  },
);

browserTest(
  "a file of ten million bytes is told to be too large",
  { as: "admin", data: "people", refusals: [413] },
  async ({ page }) => {
    await page.goto("/schedules/1/calendars/new");
    await page.getByLabel("Name", { exact: true }).fill("Huge");
    await page.getByLabel("A file").setInputFiles({
      name: "rota.ics",
      mimeType: "text/calendar",
      buffer: Buffer.alloc(10_000_000, "A"),
    });
    await page.getByRole("button", { name: "Read and show" }).click();
    await page.getByText("The calendar is larger than 2 MB").waitFor();
  },
);
