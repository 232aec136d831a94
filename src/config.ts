/** The settings: environment, `.env` and secret files in, one frozen Config out. The only reader of Deno.env. */
import { parseEnv } from "node:util";
import type { DatabaseConfig } from "./config/database_url.ts";
import { findHalves, guardProduction } from "./config/guards.ts";
import { ConfigError, type Problem } from "./config/problem.ts";
import { assemble, type Config } from "./config/settings.ts";
import {
  FILE_VARIABLES,
  VARIABLE_NAMES,
  type VariableName,
  VARIABLES,
  type Variables,
} from "./config/variables.ts";

export { ConfigError } from "./config/problem.ts";
export type { BackupPlace } from "./config/backup_place.ts";
export type { DatabaseConfig } from "./config/database_url.ts";
export type {
  Config,
  InfobipConfig,
  S3Config,
  SmtpConfig,
} from "./config/settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => string;

/**
 * Promises the settings of this process: the environment, and below it `.env` in the working directory where there is
 * one. Throws ConfigError naming everything that is wrong.
 */
export function loadConfig(): Config {
  return readConfig(readEnvironment(), Deno.readTextFileSync);
}

/** Settings to look at, also where some are wrong. */
export interface ConfigSurvey {
  /** What is wrong has its default here: nothing may run on it while there are problems. */
  config: Config;
  problems: readonly Problem[];
}

/**
 * Promises the settings as `loadConfig` does, and what is wrong with them beside them. Throws ConfigError where `.env`
 * cannot be read.
 */
export function surveyConfig(): ConfigSurvey {
  return survey(readEnvironment(), Deno.readTextFileSync);
}

function readEnvironment(): Environment {
  const environment: Record<string, string | undefined> = readDotEnv();
  for (const name of VARIABLE_NAMES) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** Promises the settings in `env`, deeply frozen, or throws ConfigError. An empty value counts as not set. */
export function readConfig(env: Environment, readFile: ReadFile): Config {
  const { config, problems } = survey(env, readFile);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function survey(env: Environment, readFile: ReadFile): ConfigSurvey {
  const problems: Problem[] = [];
  const held = readHeld(env, readFile, problems);
  const values = parseEach(held, problems);
  problems.push(...findHalves(held));
  if (values.ENVIRONMENT === "production") {
    problems.push(...guardProduction(values, held));
  }
  if (values.DATABASE_AUTH_TOKEN && values.DATABASE_URL) {
    problems.push(...findTokenProblems(values.DATABASE_URL));
  }
  const config = assemble(withDefaults(values));
  const warnings = [...config.warnings, ...findMisspelt(Object.keys(env))];
  return { config: deepFreeze({ ...config, warnings }), problems };
}

/** What could not be parsed is as if it were not set. */
function withDefaults(values: Partial<Variables>): Variables {
  const all: Record<string, unknown> = { ...values };
  for (const [name, schema] of Object.entries(VARIABLES)) {
    if (!(name in values)) all[name] = schema.parse(undefined);
  }
  return all as Variables;
}

function readDotEnv(): Record<string, string | undefined> {
  try {
    const text = Deno.readTextFileSync(".env");
    if (text.includes("\0")) throw new Error("it is no text in UTF-8");
    // The mark that some editors begin a file with would become part of the first name.
    return { ...parseEnv(text.replace(/^\ufeff/, "")) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new ConfigError([unreadable(".env", error)]);
  }
}

function unreadable(name: string, error: unknown): Problem {
  const why = error instanceof Error ? error.message : String(error);
  return {
    name,
    held: undefined,
    state: `cannot be read (${why})`,
    allowed: "a text file that PagerPal's user may read, or not be there",
  };
}

/** Names with the letters of one of ours in another order, or with other underscores, as SMPT_HOST and INFOBIP_APIKEY. */
function findMisspelt(names: string[]): string[] {
  const letters = (name: string) =>
    [...name.replaceAll("_", "")].sort().join("");
  const known = new Map(VARIABLE_NAMES.map((name) => [letters(name), name]));
  return names.filter((name) => !VARIABLE_NAMES.includes(name)).flatMap(
    (name) => {
      const meant = known.get(letters(name));
      return meant === undefined
        ? []
        : `${name} is not a name that PagerPal knows; was ${meant} meant?`;
    },
  );
}

type Held = Partial<Record<VariableName, string>>;

function readHeld(
  env: Environment,
  readFile: ReadFile,
  problems: Problem[],
): Held {
  const names = Object.keys(VARIABLES) as VariableName[];
  const held: Held = {};
  for (const name of names) {
    const value = env[name]?.trim();
    if (value) held[name] = value;
  }
  for (const name of FILE_VARIABLES) {
    const path = env[`${name}_FILE`]?.trim();
    if (!path) continue;
    if (held[name] !== undefined) {
      problems.push({
        name: `${name}_FILE`,
        held: path,
        allowed: `unset while ${name} is set; keep one of the two`,
      });
      continue;
    }
    const content = readSecretFile(path, readFile);
    if (content) held[name] = content;
    else {
      problems.push({
        name: `${name}_FILE`,
        held: path,
        allowed: "the path of a text file that can be read and is not empty",
      });
    }
  }
  return held;
}

function readSecretFile(path: string, readFile: ReadFile): string | null {
  try {
    return readFile(path).trim();
  } catch {
    return null;
  }
}

function parseEach(held: Held, problems: Problem[]): Partial<Variables> {
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(VARIABLES)) {
    const text = held[name as VariableName];
    const parsed = schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else {
      const allowed = parsed.error.issues[0]?.message ?? "another value";
      problems.push({ name, held: text, allowed });
    }
  }
  return values as Partial<Variables>;
}

function findTokenProblems(database: DatabaseConfig): Problem[] {
  const allowed = database.kind !== "libsql-remote"
    ? "unset unless DATABASE_URL is libsql://, http:// or https://"
    : database.authToken !== null
    ? "unset while DATABASE_URL has an authToken; keep one of the two"
    : null;
  return allowed === null
    ? []
    : [{ name: "DATABASE_AUTH_TOKEN", held: "", allowed }];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
