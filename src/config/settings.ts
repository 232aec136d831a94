/** What the rest of PagerPal sees of the settings. */
import type { BackupPlace } from "./backup_place.ts";
import type { DatabaseConfig } from "./database_url.ts";
import { findOddities } from "./guards.ts";
import type { LogLevel, Variables } from "./variables.ts";

export interface Config {
  environment: "development" | "test" | "production";
  database: DatabaseConfig;
  secretKey: string;
  /** How people's browsers reach PagerPal: http or https, no trailing slash. */
  baseUrl: string;
  /** As an Origin header has them, without a slash; `*` alone outside production only. */
  allowedOrigins: readonly string[];
  sessionCookieSecure: boolean;
  /** False: pages are recorded as suppressed instead of being sent. */
  notificationSendingEnabled: boolean;
  notificationRetryWorkerEnabled: boolean;
  /** The most messages in flight at once to each provider. */
  notificationConcurrency: number;
  /** How long pages to one person on one channel wait to go as one message, after one has gone; 0: never. */
  pageBundlingSeconds: number;
  escalationWorkerEnabled: boolean;
  infobip: InfobipConfig | null;
  /** Infobip names it with each delivery receipt; null: receipts are refused. */
  infobipReceiptToken: string | null;
  smtp: SmtpConfig | null;
  alertSourceRateLimit: { capacity: number; refillPerSecond: number };
  host: string;
  port: number;
  logLevel: LogLevel;
  /** Addresses and networks whose X-Forwarded-* headers are believed. */
  trustedProxies: readonly string[];
  /** Whoever reads the metrics must send it; null: only this machine may read them. */
  metricsToken: string | null;
  /** Asked for after each clean self-audit, a secret; null: nobody watches from outside. */
  healthcheckPingUrl: string | null;
  backup: BackupConfig;
  s3: S3Config;
  openTelemetry: OpenTelemetryConfig;
  /** What is allowed but probably not meant, in sentences for the log. */
  warnings: readonly string[];
  /** Every value that must never appear in a log. */
  secrets: readonly string[];
}

export interface BackupConfig {
  to: BackupPlace;
  /** Minutes since midnight, UTC; null: nobody backs up by himself. */
  nightlyAtMinute: number | null;
  /** The most backups that are kept there. */
  keep: number;
  /** Older ones go; null: they stay. */
  keepDays: number | null;
}

/** How buckets are reached. */
export interface S3Config {
  region: string | null;
  /** Of a server that is not Amazon's; null: Amazon's own. */
  endpoint: string | null;
  /** Null: those that Amazon gives to the machine that this is. */
  credentials: {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
  } | null;
}

/** As Deno reads OTEL_DENO and OTEL_DENO_TRACING. */
export interface OpenTelemetryConfig {
  enabled: boolean;
  /** Deno makes spans of its own, which hold whole addresses. */
  automaticSpans: boolean;
}

export interface InfobipConfig {
  /** No trailing slash. */
  baseUrl: string;
  apiKey: string;
  smsSender: string | null;
  whatsappSender: string | null;
  whatsappTemplate: string | null;
  whatsappTemplateLanguage: string;
}

export interface SmtpConfig {
  host: string;
  port: number;
  user: string | null;
  password: string | null;
  /** An address, with or without a display name. */
  from: string;
}

/** Promises the settings that these values stand for. */
export function assemble(values: Variables): Config {
  const baseUrl = values.PAGERPAL_BASE_URL ??
    `http://localhost:${values.PORT}`;
  const database = values.DATABASE_URL.kind === "libsql-remote"
    ? {
      ...values.DATABASE_URL,
      authToken: values.DATABASE_URL.authToken ??
        values.DATABASE_AUTH_TOKEN ?? null,
    }
    : values.DATABASE_URL;
  return {
    environment: values.ENVIRONMENT,
    database,
    secretKey: values.SECRET_KEY,
    baseUrl,
    allowedOrigins: values.ALLOWED_ORIGINS ?? [new URL(baseUrl).origin],
    sessionCookieSecure: values.SESSION_COOKIE_SECURE ??
      baseUrl.startsWith("https://"),
    notificationSendingEnabled: values.NOTIFICATION_SENDING_ENABLED,
    notificationRetryWorkerEnabled: values.NOTIFICATION_RETRY_WORKER_ENABLED,
    notificationConcurrency: values.NOTIFICATION_CONCURRENCY,
    pageBundlingSeconds: values.PAGE_BUNDLING_SECONDS,
    escalationWorkerEnabled: values.ESCALATION_WORKER_ENABLED,
    infobip: infobipOf(values),
    infobipReceiptToken: values.INFOBIP_RECEIPT_TOKEN ?? null,
    smtp: smtpOf(values),
    alertSourceRateLimit: {
      capacity: values.ALERT_SOURCE_RATE_LIMIT_CAPACITY,
      refillPerSecond: values.ALERT_SOURCE_RATE_LIMIT_REFILL_PER_SECOND,
    },
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    trustedProxies: values.TRUSTED_PROXIES,
    metricsToken: values.METRICS_TOKEN ?? null,
    healthcheckPingUrl: values.HEALTHCHECK_PING_URL ?? null,
    backup: {
      to: values.BACKUP_TO,
      nightlyAtMinute: values.BACKUP_NIGHTLY_AT ?? null,
      keep: values.BACKUP_KEEP,
      keepDays: values.BACKUP_KEEP_DAYS ?? null,
    },
    s3: s3Of(values),
    openTelemetry: {
      enabled: values.OTEL_DENO ?? false,
      automaticSpans: (values.OTEL_DENO ?? false) &&
        (values.OTEL_DENO_TRACING ?? true),
    },
    warnings: findOddities(values),
    secrets: secretsOf(values, database),
  };
}

function infobipOf(values: Variables): InfobipConfig | null {
  const { INFOBIP_BASE_URL: baseUrl, INFOBIP_API_KEY: apiKey } = values;
  if (baseUrl === undefined || apiKey === undefined) return null;
  return {
    baseUrl,
    apiKey,
    smsSender: values.INFOBIP_SMS_SENDER ?? null,
    whatsappSender: values.INFOBIP_WHATSAPP_SENDER ?? null,
    whatsappTemplate: values.INFOBIP_WHATSAPP_TEMPLATE ?? null,
    whatsappTemplateLanguage: values.INFOBIP_WHATSAPP_TEMPLATE_LANGUAGE,
  };
}

function s3Of(values: Variables): S3Config {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SESSION_TOKEN: sessionToken } =
    values;
  const secretAccessKey = values.AWS_SECRET_ACCESS_KEY;
  return {
    region: values.AWS_REGION ?? null,
    endpoint: values.AWS_ENDPOINT_URL_S3 ?? values.AWS_ENDPOINT_URL ?? null,
    credentials: accessKeyId === undefined || secretAccessKey === undefined
      ? null
      : {
        accessKeyId,
        secretAccessKey,
        ...sessionToken === undefined ? {} : { sessionToken },
      },
  };
}

function smtpOf(values: Variables): SmtpConfig | null {
  const { SMTP_HOST: host, SMTP_FROM: from } = values;
  if (host === undefined || from === undefined) return null;
  return {
    host,
    port: values.SMTP_PORT,
    user: values.SMTP_USER ?? null,
    password: values.SMTP_PASSWORD ?? null,
    from,
  };
}

function secretsOf(values: Variables, database: DatabaseConfig): string[] {
  const password = database.kind === "postgres"
    ? /^postgres:\/\/[^/?#]*?:([^/?#]*)@/.exec(database.url)?.[1]
    : undefined;
  return [
    values.SECRET_KEY,
    values.INFOBIP_API_KEY,
    values.INFOBIP_RECEIPT_TOKEN,
    values.SMTP_PASSWORD,
    values.METRICS_TOKEN,
    values.HEALTHCHECK_PING_URL,
    values.AWS_SECRET_ACCESS_KEY,
    values.AWS_SESSION_TOKEN,
    database.kind === "libsql-remote" ? database.authToken : null,
    password,
    password && safelyDecoded(password),
  ].filter((secret) => typeof secret === "string" && secret !== "")
    .map(String);
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
