/** The settings in force as an operator may see them. No secret leaves here, only whether there is one. */
import type { BackupPlace } from "./backup_place.ts";
import type { DatabaseConfig } from "./database_url.ts";
import type { Config } from "./settings.ts";
import type { VariableName } from "./variables.ts";

type Shown = Record<
  // What the other one of AWS's two addresses says is in the one that wins.
  Exclude<VariableName, "DATABASE_AUTH_TOKEN" | "AWS_ENDPOINT_URL">,
  string | number | boolean | null
>;

/** Promises every variable with its value in force, in the order of `.env.example`; "set" or "not set" for a secret. */
export function shownSettings(
  config: Config,
): { name: string; value: string }[] {
  const { infobip, smtp, alertSourceRateLimit: rate } = config;
  const shown: Shown = {
    ENVIRONMENT: config.environment,
    DATABASE_URL: databaseWords(config.database),
    SECRET_KEY: secret(config.secretKey),
    PAGERPAL_BASE_URL: config.baseUrl,
    ALLOWED_ORIGINS: config.allowedOrigins.join(", "),
    SESSION_COOKIE_SECURE: config.sessionCookieSecure,
    NOTIFICATION_SENDING_ENABLED: config.notificationSendingEnabled,
    NOTIFICATION_RETRY_WORKER_ENABLED: config.notificationRetryWorkerEnabled,
    NOTIFICATION_CONCURRENCY: config.notificationConcurrency,
    PAGE_BUNDLING_SECONDS: config.pageBundlingSeconds,
    ESCALATION_WORKER_ENABLED: config.escalationWorkerEnabled,
    INFOBIP_BASE_URL: infobip?.baseUrl ?? null,
    INFOBIP_API_KEY: secret(infobip?.apiKey),
    INFOBIP_SMS_SENDER: infobip?.smsSender ?? null,
    INFOBIP_WHATSAPP_SENDER: infobip?.whatsappSender ?? null,
    INFOBIP_WHATSAPP_TEMPLATE: infobip?.whatsappTemplate ?? null,
    INFOBIP_WHATSAPP_TEMPLATE_LANGUAGE: infobip?.whatsappTemplateLanguage ??
      null,
    INFOBIP_RECEIPT_TOKEN: secret(config.infobipReceiptToken),
    SMTP_HOST: smtp?.host ?? null,
    SMTP_PORT: smtp?.port ?? null,
    SMTP_USER: secret(smtp?.user),
    SMTP_PASSWORD: secret(smtp?.password),
    SMTP_FROM: smtp?.from ?? null,
    ALERT_SOURCE_RATE_LIMIT_CAPACITY: rate.capacity,
    ALERT_SOURCE_RATE_LIMIT_REFILL_PER_SECOND: rate.refillPerSecond,
    HOST: config.host,
    PORT: config.port,
    LOG_LEVEL: config.logLevel,
    TRUSTED_PROXIES: config.trustedProxies.join(", "),
    METRICS_TOKEN: secret(config.metricsToken),
    HEALTHCHECK_PING_URL: secret(config.healthcheckPingUrl),
    BACKUP_TO: placeWords(config.backup.to),
    BACKUP_NIGHTLY_AT: timeWords(config.backup.nightlyAtMinute),
    BACKUP_KEEP: config.backup.keep,
    BACKUP_KEEP_DAYS: config.backup.keepDays,
    AWS_REGION: config.s3.region,
    AWS_ACCESS_KEY_ID: secret(config.s3.credentials?.accessKeyId),
    AWS_SECRET_ACCESS_KEY: secret(config.s3.credentials?.secretAccessKey),
    AWS_SESSION_TOKEN: secret(config.s3.credentials?.sessionToken),
    AWS_ENDPOINT_URL_S3: config.s3.endpoint,
    OTEL_DENO: config.openTelemetry.enabled,
    OTEL_DENO_TRACING: config.openTelemetry.automaticSpans,
  };
  return Object.entries(shown).map(([name, value]) => ({
    name,
    value: value === null || value === "" ? "not set" : String(value),
  }));
}

function placeWords(place: BackupPlace): string {
  return place.kind === "folder"
    ? place.path
    : `s3://${place.bucket}/${place.prefix}`;
}

function timeWords(minute: number | null): string | null {
  if (minute === null) return null;
  const padded = (value: number) => String(value).padStart(2, "0");
  return `${padded(Math.floor(minute / 60))}:${padded(minute % 60)}`;
}

function secret(value: string | null | undefined): string {
  return value ? "set" : "not set";
}

/**
 * Promises which database it is, in words. The user name and the password, which a URL may hold anywhere before its host
 * and after `?`, are left out.
 */
export function databaseWords(database: DatabaseConfig): string {
  switch (database.kind) {
    case "libsql-file":
      return `libSQL file ${database.path}`;
    case "libsql-remote":
      return `libSQL server ${hostOf(database.url)}`;
    case "postgres":
      return `PostgreSQL ${hostOf(database.url)}`;
  }
}

function hostOf(url: string): string {
  if (!URL.canParse(url)) return "";
  const { host, pathname } = new URL(url);
  return host + (pathname === "/" ? "" : pathname);
}
