/** Are the settings right? Everything that is wrong is said, not only the first. */
import { VARIABLE_NAMES } from "../../src/config/variables.ts";
import { problemSentence } from "../../src/config/problem.ts";
import { type Check, fail, ok, warn } from "./check.ts";

export const settings: Check = {
  name: "settings",
  title: "Settings",
  limitMs: 5_000,
  run({ config, problems }) {
    const wrong = problems.map((problem) =>
      fail(
        problemSentence(problem),
        `Set ${problem.name} in the environment or in .env; .env.example says what it is for.`,
      )
    );
    const odd = config.warnings.map((warning) =>
      warn(warning, "Change it, unless it is meant.")
    );
    const lines = [...wrong, ...odd];
    const well = ok(
      `All ${VARIABLE_NAMES.length} settings may be used; ENVIRONMENT is ${config.environment}.`,
    );
    return Promise.resolve(wrong.length > 0 ? lines : [well, ...lines]);
  },
};
