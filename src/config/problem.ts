/** What is wrong with the settings, said all at once. */
import { SECRET_VARIABLES } from "./variables.ts";

export interface Problem {
  name: string;
  /** What it holds; undefined where it is not set. Never shown for a secret. */
  held: string | undefined;
  /** Completes "it must be ...". */
  allowed: string;
  /** In the place of what it holds, where that could not be looked at. */
  state?: string;
}

/** The settings do not allow a start. `message` names every wrong variable, what it holds and what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly problems: readonly Problem[]) {
    const count = problems.length === 1
      ? "a setting is"
      : `${problems.length} settings are`;
    super([
      `PagerPal cannot start, ${count} wrong:`,
      ...problems.map((problem) => `- ${problemSentence(problem)}`),
    ].join("\n"));
  }
}

/** Promises what is wrong and what is allowed, without the value of a secret. */
export function problemSentence(problem: Problem): string {
  const { name, held, allowed } = problem;
  const state = held === undefined
    ? "is not set"
    : `holds ${shown(name, held)}`;
  return `${name} ${problem.state ?? state}; it must be ${allowed}.`;
}

function shown(name: string, held: string): string {
  if (SECRET_VARIABLES.has(name)) return "[hidden]";
  // A password may stand in any address, well formed or not.
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(held)?.[0] ?? "";
  if (/[@?]/.test(held) && name !== "SMTP_FROM") {
    return scheme === "" ? "[hidden]" : `"${scheme}[hidden]"`;
  }
  return JSON.stringify(held.length > 100 ? `${held.slice(0, 100)}…` : held);
}
