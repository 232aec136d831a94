/** The variables that PagerPal reads, each with its schema. A schema's message says what is allowed, to follow "must be". */
import { BlockList, isIP } from "node:net";
import { z } from "zod";
import { BACKUP_PLACE_FORMS, readBackupPlace } from "./backup_place.ts";
import { DATABASE_URL_FORMS, readDatabaseUrl } from "./database_url.ts";

/** Lets a clone start without any setting; refused in production. */
export const DEVELOPMENT_SECRET_KEY =
  "development-only-secret-key-that-everybody-knows";

/** The least length of SECRET_KEY in production, characters: 32 hexadecimal digits are 128 bits. */
export const SHORTEST_SECRET_KEY = 32;

export const LOG_LEVELS = [
  "trace",
  "debug",
  "info",
  "warning",
  "error",
  "fatal",
] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

// The words of PagerPal v1, which was written in Python.
const LEVEL_NAMES: Record<string, LogLevel> = {
  ...Object.fromEntries(LOG_LEVELS.map((level) => [level, level])),
  warn: "warning",
  critical: "fatal",
};

/** Every variable but the `_FILE` ones. The order is that of `.env.example` and of the README's table. */
export const VARIABLES = {
  ENVIRONMENT: oneOf(["development", "test", "production"]).default(
    "development",
  ),
  DATABASE_URL: converted(readDatabaseUrl, DATABASE_URL_FORMS).default({
    kind: "libsql-file",
    path: "data/pagerpal.db",
  }),
  DATABASE_AUTH_TOKEN: line().optional(),
  SECRET_KEY: line().default(DEVELOPMENT_SECRET_KEY),
  PAGERPAL_BASE_URL: webAddress().optional(),
  ALLOWED_ORIGINS: listOf(
    readOrigin,
    "origins such as https://pager.example.com, separated by commas, without a path",
  ).optional(),
  SESSION_COOKIE_SECURE: flag().optional(),
  NOTIFICATION_SENDING_ENABLED: flag().default(false),
  NOTIFICATION_RETRY_WORKER_ENABLED: flag().default(true),
  NOTIFICATION_CONCURRENCY: whole(1, 256).default(32),
  PAGE_BUNDLING_SECONDS: whole(0, 60).default(10),
  ESCALATION_WORKER_ENABLED: flag().default(true),
  INFOBIP_BASE_URL: webAddress("https://").optional(),
  INFOBIP_API_KEY: line().optional(),
  INFOBIP_SMS_SENDER: line(24).optional(),
  INFOBIP_WHATSAPP_SENDER: line(24).optional(),
  INFOBIP_WHATSAPP_TEMPLATE: matching(
    /^[a-z0-9_]{1,512}$/,
    "the template's name: lower-case letters, digits and _",
  ).optional(),
  INFOBIP_WHATSAPP_TEMPLATE_LANGUAGE: matching(
    /^[a-zA-Z]{2,3}(_[a-zA-Z0-9]{2,8})*$/,
    "a language code such as en or en_GB",
  ).default("en"),
  INFOBIP_RECEIPT_TOKEN: line().optional(),
  SMTP_HOST: matching(/^[^\s/:@]+$|^[0-9a-f:]+$/i, "a host name, no port")
    .optional(),
  SMTP_PORT: whole(1, 65_535).default(587),
  SMTP_USER: line().optional(),
  SMTP_PASSWORD: line().optional(),
  SMTP_FROM: matching(
    /^(?:[^<>@\p{Cc}]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/u,
    "pager@example.com or PagerPal <pager@example.com>",
  ).optional(),
  ALERT_SOURCE_RATE_LIMIT_CAPACITY: whole(1, 1_000_000).default(120),
  ALERT_SOURCE_RATE_LIMIT_REFILL_PER_SECOND: converted(
    readRate,
    "a number above 0 and up to 1000000",
  ).default(2),
  HOST: matching(/^[^\s/@]+$/, "a host name or address, no port").default(
    "127.0.0.1",
  ),
  PORT: whole(1, 65_535).default(8000),
  LOG_LEVEL: converted(
    (text) => LEVEL_NAMES[text.toLowerCase()] ?? null,
    `one of ${LOG_LEVELS.join(", ")}`,
  ).default("info"),
  TRUSTED_PROXIES: listOf(
    readNetwork,
    "addresses or networks such as 10.0.0.0/8, separated by commas",
  ).default([]),
  METRICS_TOKEN: line().optional(),
  HEALTHCHECK_PING_URL: converted(
    readPingUrl,
    "an http or https address without user name or fragment",
  ).optional(),
  BACKUP_TO: converted(readBackupPlace, BACKUP_PLACE_FORMS).default({
    kind: "folder",
    path: "data/backups",
  }),
  BACKUP_NIGHTLY_AT: converted(
    readTimeOfDay,
    "a time of day in UTC such as 03:30",
  ).optional(),
  BACKUP_KEEP: whole(1, 10_000).default(14),
  BACKUP_KEEP_DAYS: whole(1, 36_500).optional(),
  AWS_REGION: matching(/^[a-z0-9-]{1,64}$/, "a region such as eu-west-1")
    .optional(),
  AWS_ACCESS_KEY_ID: line(256).optional(),
  AWS_SECRET_ACCESS_KEY: line(256).optional(),
  AWS_SESSION_TOKEN: line().optional(),
  AWS_ENDPOINT_URL: webAddress().optional(),
  AWS_ENDPOINT_URL_S3: webAddress().optional(),
  OTEL_DENO: denoFlag().optional(),
  OTEL_DENO_TRACING: denoFlag().optional(),
};

export type VariableName = keyof typeof VARIABLES;
export type Variables = {
  [Name in VariableName]: z.output<(typeof VARIABLES)[Name]>;
};

/** The variables that may be given as a file instead, by `<name>_FILE` with its path. */
export const FILE_VARIABLES = [
  "SECRET_KEY",
  "DATABASE_URL",
  "DATABASE_AUTH_TOKEN",
  "INFOBIP_API_KEY",
  "INFOBIP_RECEIPT_TOKEN",
  "SMTP_USER",
  "SMTP_PASSWORD",
  "METRICS_TOKEN",
  "HEALTHCHECK_PING_URL",
  "AWS_SECRET_ACCESS_KEY",
] as const satisfies VariableName[];

/** Their value is never shown, not even where it is wrong. */
export const SECRET_VARIABLES: ReadonlySet<string> = new Set(
  [
    "SECRET_KEY",
    "DATABASE_AUTH_TOKEN",
    "INFOBIP_API_KEY",
    "INFOBIP_RECEIPT_TOKEN",
    "SMTP_USER",
    "SMTP_PASSWORD",
    "METRICS_TOKEN",
    "HEALTHCHECK_PING_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
  ] satisfies VariableName[],
);

/** Every name that is read from the environment. */
export const VARIABLE_NAMES: readonly string[] = [
  ...Object.keys(VARIABLES),
  ...FILE_VARIABLES.map((name) => `${name}_FILE`),
];

function converted<T>(read: (text: string) => T | null, allowed: string) {
  return z.string().transform((text, context): T => {
    const value = read(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: allowed });
    return z.NEVER;
  });
}

function matching(pattern: RegExp, allowed: string) {
  return z.string().regex(pattern, allowed);
}

function oneOf<const T extends [string, ...string[]]>(values: T) {
  return z.enum(values, `one of ${values.join(", ")}`);
}

function line(longest = 8_192) {
  return converted(
    (text) => /\p{Cc}/u.test(text) || text.length > longest ? null : text,
    `one line of at most ${longest} characters`,
  );
}

function flag() {
  return z.stringbool({
    truthy: ["true", "1", "yes", "on"],
    falsy: ["false", "0", "no", "off"],
    error: "true or false (or 1, 0, yes, no, on, off)",
  });
}

/** Deno itself reads these, and takes these two words alone. */
function denoFlag() {
  return converted((text) => {
    const word = text.toLowerCase();
    return word === "true" ? true : word === "false" ? false : null;
  }, "true or false");
}

/** The query is part of it: some dead-man's switches take their words there. */
function readPingUrl(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return null;
  return url.username || url.password || url.hash ? null : url.href;
}

function whole(least: number, most: number) {
  return converted((text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    return number >= least && number <= most ? number : null;
  }, `a whole number from ${least} to ${most}`);
}

/** Minutes since midnight. */
function readTimeOfDay(text: string): number | null {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined ? null : Number(hour) * 60 + Number(minute);
}

function readRate(text: string): number | null {
  const rate = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : 0;
  return rate > 0 && rate <= 1_000_000 ? rate : null;
}

function webAddress(whenBare = "") {
  return converted((text) => {
    const full = text.includes("://") ? text : whenBare + text;
    const url = URL.canParse(full) ? new URL(full) : null;
    if (!url || !/^https?:$/.test(url.protocol)) return null;
    if (url.username || url.password || url.search || url.hash) return null;
    return url.href.replace(/\/+$/, "");
  }, "an http or https address without user name, query or fragment");
}

function listOf<T>(read: (item: string) => T | null, allowed: string) {
  return converted((text) => {
    const items = text.split(",").map((item) => item.trim()).filter(Boolean);
    const values = items.map(read).filter((value) => value !== null);
    return values.length === items.length ? values : null;
  }, allowed);
}

function readOrigin(text: string): string | null {
  if (text === "*") return text;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return null;
  // The trailing slash that browsers show but never send in an Origin header is forgiven.
  return url.href === `${url.origin}/` ? url.origin : null;
}

function readNetwork(text: string): string | null {
  const [address = "", prefix] = text.split("/", 2);
  const version = isIP(address);
  if (version === 0 || text.split("/").length > 2) return null;
  if (prefix === undefined) return text;
  if (!/^\d{1,3}$/.test(prefix)) return null;
  try {
    new BlockList().addSubnet(
      address,
      Number(prefix),
      version === 4 ? "ipv4" : "ipv6",
    );
    return text;
  } catch {
    return null;
  }
}
