/**
 * Unpacks the browser of the npm package and says where it is and how it is started, as JSON. A process of its own: the
 * package writes into the temporary folder of the process (`TMPDIR`) and changes the environment as it is imported, and
 * tests that run beside each other share both.
 */
import { dirname, join } from "node:path";
import type { Chromium } from "./chromium.ts";

const { default: chromium } = await import("npm:@sparticuz/chromium@153.0.0");

const executablePath = await chromium.executablePath();
const folder = dirname(executablePath);
// The package's own names /tmp/fonts, and without any font Chromium ends.
const fonts = join(folder, "fonts", "pagerpal.conf");
await Deno.writeTextFile(
  fonts,
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, "fonts")}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
</fontconfig>
`,
);
const said: Chromium = {
  executablePath,
  args: chromium.args,
  env: {
    LD_LIBRARY_PATH: Deno.env.get("LD_LIBRARY_PATH") ?? "",
    FONTCONFIG_FILE: fonts,
  },
};
console.log(JSON.stringify(said));
