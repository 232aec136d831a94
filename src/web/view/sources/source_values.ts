/** The form of an alert source: what stands in it, and what it means. */
import {
  type AlertSource,
  DEFAULT_SOURCE_SETTINGS,
} from "../../../domain/intake/alert_source.ts";
import type { Form } from "../../form.ts";
import { typedNumber } from "../typed_number.ts";

const TEXTS = [
  "name",
  "kind",
  "team_id",
  "escalation_policy_id",
  "settings.default_severity",
  "settings.no_data",
  "settings.auto_resolve_after_minutes",
  "settings.refire_cooldown_minutes",
  "settings.sns_topic_arn",
  "settings.sns_max_age_minutes",
] as const;
const MARKS = ["enabled", "settings.sns_allow_raw_delivery"] as const;

/** By the names of the fields; a mark is `on` or empty. */
export type SourceValues = Record<
  (typeof TEXTS)[number] | (typeof MARKS)[number],
  string
>;

/** Promises what was typed. */
export function valuesOfForm(form: Form): SourceValues {
  return Object.fromEntries([
    ...TEXTS.map((name) => [name, form.text(name)]),
    ...MARKS.map((name) => [name, form.has(name) ? "on" : ""]),
  ]) as SourceValues;
}

/** Promises the form of a source, or an empty one. */
export function valuesOfSource(
  source: AlertSource | null,
  teamId = "",
): SourceValues {
  const settings = source?.settings ?? DEFAULT_SOURCE_SETTINGS;
  const closes = settings.autoResolveAfterMinutes;
  return {
    name: source?.name ?? "",
    kind: source?.kind ?? "generic",
    team_id: source ? String(source.teamId) : teamId,
    escalation_policy_id: source ? String(source.escalationPolicyId) : "",
    enabled: source?.enabled ?? true ? "on" : "",
    "settings.default_severity": settings.defaultSeverity,
    "settings.no_data": settings.noData ?? "",
    "settings.auto_resolve_after_minutes": closes === null
      ? ""
      : String(closes),
    "settings.refire_cooldown_minutes": String(settings.refireCooldownMinutes),
    "settings.sns_topic_arn": settings.snsTopicArn ?? "",
    "settings.sns_allow_raw_delivery": settings.snsAllowRawDelivery ? "on" : "",
    "settings.sns_max_age_minutes": String(settings.snsMaxAgeMinutes),
  };
}

/** Promises a new source as its rules read it. */
export function newInput(values: SourceValues): Record<string, unknown> {
  return { ...ownInput(values), kind: values.kind };
}

/** Promises a change as its rules read it; settings that do not concern the kind stay as they are. */
export function changeInput(
  values: SourceValues,
  { kind }: AlertSource,
): Record<string, unknown> {
  const orNull = (text: string) => text === "" ? null : text;
  return {
    ...ownInput(values),
    enabled: values.enabled === "on",
    settings: {
      default_severity: values["settings.default_severity"],
      auto_resolve_after_minutes: typedNumber(
        values["settings.auto_resolve_after_minutes"],
      ),
      refire_cooldown_minutes: needed(
        values["settings.refire_cooldown_minutes"],
      ),
      ...kind === "grafana" || kind === "cloudwatch"
        ? { no_data: orNull(values["settings.no_data"]) }
        : {},
      ...kind === "cloudwatch"
        ? {
          sns_topic_arn: orNull(values["settings.sns_topic_arn"]),
          sns_allow_raw_delivery:
            values["settings.sns_allow_raw_delivery"] === "on",
          sns_max_age_minutes: needed(values["settings.sns_max_age_minutes"]),
        }
        : {},
    },
  };
}

function ownInput(values: SourceValues) {
  return {
    name: values.name,
    team_id: needed(values.team_id),
    escalation_policy_id: needed(values.escalation_policy_id),
  };
}

function needed(text: string): number {
  return typedNumber(text) ?? NaN;
}
