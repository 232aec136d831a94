/** Are the settings right? Everything that is wrong is said, not only the first. */
import { VARIABLE_NAMES } from "../../src/config/variables.ts";
import { problemSentence } from "../../src/config/problem.ts";
import { type Check, fail, ok, warn } from "./check.ts";

export const settings: Check = {
  name: "settings",
  title: "Settings",
  limitMs: 5_000,
  async run({ config, problems }) {
    const wrong = problems.map((problem) =>
      fail(
        problemSentence(problem),
        `Set ${problem.name} in the environment or in .env; .env.example says what it is for.`,
      )
    );
    const odd = config.warnings.map((warning) =>
      warn(warning, "Change it, unless it is meant.")
    );
    const open = config.environment === "production" && await isOpen(".env");
    const lines = [...wrong, ...odd, ...open ? [OPEN] : []];
    const well = ok(
      `All ${VARIABLE_NAMES.length} settings may be used; ENVIRONMENT is ${config.environment}.`,
    );
    return wrong.length > 0 ? lines : [well, ...lines];
  },
};

const OPEN = warn(
  "Everybody on this machine may read .env, with the secrets in it.",
  "Run: chmod 600 .env",
);

/** Whether everybody on the machine may read the file; false where it is missing, or has no mode to tell it by. */
export async function isOpen(path: string): Promise<boolean> {
  const { mode } = await Deno.stat(path).catch(() => ({ mode: null }));
  return mode !== null && (mode & 0o004) !== 0;
}
