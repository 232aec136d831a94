/** Forms as a person fills them in. */
import type { Page } from "npm:playwright-core@1.65.1";

/** Fills in the fields by their labels, choices by what they say or their value, and presses the button. */
export async function send(
  page: Page,
  fields: Record<string, string>,
  button: string,
): Promise<void> {
  for (const [label, value] of Object.entries(fields)) {
    const field = page.getByLabel(label, { exact: true });
    const isChoice = await field.evaluate((one) => one.nodeName === "SELECT");
    if (isChoice) await field.selectOption(value);
    else await field.fill(value);
  }
  await page.getByRole("button", { name: button }).click();
}
