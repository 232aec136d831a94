/** The rules that hold between settings. Each takes what could be read, so that all problems are told at once. */
import type { Problem } from "./problem.ts";
import {
  DEVELOPMENT_SECRET_KEY,
  SHORTEST_SECRET_KEY,
  type VariableName,
  type Variables,
} from "./variables.ts";

type Held = Partial<Record<VariableName, string>>;

/** Promises a problem for every provider that is set up by halves: it would look ready and page nobody. */
export function findHalves(held: Held): Problem[] {
  const problems: Problem[] = [];
  const needs = (because: VariableName, name: VariableName) => {
    if (held[because] !== undefined && held[name] === undefined) {
      problems.push({
        name,
        held: undefined,
        allowed: `set, because ${because} is`,
      });
    }
  };
  needs("INFOBIP_API_KEY", "INFOBIP_BASE_URL");
  needs("INFOBIP_BASE_URL", "INFOBIP_API_KEY");
  needs("INFOBIP_WHATSAPP_TEMPLATE", "INFOBIP_WHATSAPP_SENDER");
  needs("SMTP_HOST", "SMTP_FROM");
  needs("SMTP_USER", "SMTP_PASSWORD");
  needs("SMTP_PASSWORD", "SMTP_USER");
  needs("SMTP_USER", "SMTP_HOST");
  needs("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
  needs("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID");
  return problems;
}

/** Promises a problem for each thing that production refuses. `values` lacks what could not be read. */
export function guardProduction(
  values: Partial<Variables>,
  held: Held,
): Problem[] {
  const problems: Problem[] = [];
  const refuse = (name: VariableName, allowed: string) =>
    problems.push({
      name,
      held: held[name],
      allowed: `${allowed} in production`,
    });
  const key = values.SECRET_KEY;
  if (key === DEVELOPMENT_SECRET_KEY) {
    refuse("SECRET_KEY", "a random value of your own (openssl rand -hex 32)");
  } else if (key !== undefined && key.length < SHORTEST_SECRET_KEY) {
    refuse("SECRET_KEY", `at least ${SHORTEST_SECRET_KEY} characters long`);
  }
  if (values.SESSION_COOKIE_SECURE === false) {
    refuse("SESSION_COOKIE_SECURE", "true");
  }
  if (!held.ALLOWED_ORIGINS || values.ALLOWED_ORIGINS?.length === 0) {
    refuse("ALLOWED_ORIGINS", "the origins of your pages, at least one,");
  } else if (values.ALLOWED_ORIGINS?.includes("*")) {
    refuse("ALLOWED_ORIGINS", "without the wildcard *");
  }
  if (!held.PAGERPAL_BASE_URL || isPlainHttp(values.PAGERPAL_BASE_URL)) {
    refuse("PAGERPAL_BASE_URL", "an https address");
  }
  if (hasAutomaticSpans(values)) {
    // Senders that cannot set headers have their key in the path.
    refuse("OTEL_DENO_TRACING", "false while OTEL_DENO is true");
  }
  return problems;
}

/** Promises sentences on what is allowed but probably not meant. */
export function findOddities(values: Variables): string[] {
  const oddities: string[] = [];
  const infobip = values.INFOBIP_API_KEY !== undefined;
  const senders = values.INFOBIP_SMS_SENDER ?? values.INFOBIP_WHATSAPP_SENDER;
  if (infobip && senders === undefined) {
    oddities.push(
      "Infobip has a key but neither INFOBIP_SMS_SENDER nor INFOBIP_WHATSAPP_SENDER is set: nobody is paged through it.",
    );
  }
  if (isPlainHttp(values.INFOBIP_BASE_URL)) {
    oddities.push(
      "INFOBIP_BASE_URL is not https: the API key travels in the clear.",
    );
  }
  if (hasAutomaticSpans(values)) {
    oddities.push(
      "OTEL_DENO_TRACING is not false: Deno's own spans hold whole addresses, with the keys in them.",
    );
  }
  const providers = infobip || values.SMTP_HOST !== undefined;
  if (values.NOTIFICATION_SENDING_ENABLED && !providers) {
    oddities.push(
      "NOTIFICATION_SENDING_ENABLED is true but no provider is set up: nobody can be paged.",
    );
  }
  if (providers && !values.NOTIFICATION_SENDING_ENABLED) {
    oddities.push(
      "NOTIFICATION_SENDING_ENABLED is false: pages are recorded as suppressed and not sent.",
    );
  }
  return oddities;
}

function hasAutomaticSpans(values: Partial<Variables>): boolean {
  return values.OTEL_DENO === true && values.OTEL_DENO_TRACING !== false;
}

function isPlainHttp(url: string | undefined): boolean {
  return url?.startsWith("http://") ?? false;
}
