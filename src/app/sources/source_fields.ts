/** What may be written of an alert source, through the API and in the UI. */
import { z } from "@hono/zod-openapi";
import { SEVERITIES } from "../../domain/intake/alert.ts";
import {
  type AlertSource,
  DEFAULT_SOURCE_SETTINGS,
  NO_DATA_ACTIONS,
  SOURCE_KINDS,
  type SourceSettings,
} from "../../domain/intake/alert_source.ts";
import { changeOf, id, line, shownTime, shownTimeOrNull } from "../fields.ts";
import { type Given, given } from "../given.ts";
import { checkPolicy, checkTeam } from "../references.ts";
import type { Resource } from "../resource.ts";
import { maskedSourceKey } from "../secrets.ts";

export const settingsFields = {
  default_severity: z.enum(SEVERITIES),
  no_data: z.enum(NO_DATA_ACTIONS).nullable().openapi({
    description: "null: what is usual for the kind of source.",
  }),
  auto_resolve_after_minutes: z.int().min(1).max(527_040).nullable(),
  refire_cooldown_minutes: z.int().min(0).max(10_080),
  sns_topic_arn: z.string().regex(
    /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}$/,
    "The ARN of an SNS topic.",
  ).nullable(),
  sns_allow_raw_delivery: z.boolean(),
  sns_max_age_minutes: z.int().min(5).max(10_080),
};
type SettingsFields = z.output<z.ZodObject<typeof settingsFields>>;

/** Each field by itself. */
export const sourceFields = {
  team_id: id,
  name: line(100),
  kind: z.enum(SOURCE_KINDS),
  escalation_policy_id: id,
  enabled: z.boolean(),
  settings: z.object(settingsFields).partial(),
};
// A source keeps its kind: its key stands in a monitoring system that speaks that format.
const { kind: _fixed, ...changeable } = sourceFields;

export const NewSource = z.object({
  ...sourceFields,
  kind: sourceFields.kind.default("generic"),
  enabled: sourceFields.enabled.default(true),
  settings: sourceFields.settings.default({}),
}).openapi("NewAlertSource");
export type SourceFields = z.output<typeof NewSource>;

/** Promises alert sources as a kind of record; `intakeUrl` tells where a kind of source posts to. */
export function sourceResource(
  intakeUrl: (kind: AlertSource["kind"]) => string,
): Resource<AlertSource, SourceFields, ReturnType<typeof show>> {
  return {
    noun: "alert source",
    create: NewSource,
    change: changeOf(changeable).openapi("AlertSourceChange"),
    repository: (from) => from.sources,
    show: (source) => show(source, intakeUrl(source.kind)),
    toRow: (body, before) =>
      given({
        teamId: body.team_id,
        name: body.name,
        kind: before ? undefined : body.kind,
        escalationPolicyId: body.escalation_policy_id,
        enabled: body.enabled,
        settings: body.settings && {
          ...(before?.settings ?? DEFAULT_SOURCE_SETTINGS),
          ...readSettings(body.settings),
        },
      }),
    check: async (tx, body) => {
      await checkTeam(tx, body.team_id);
      await checkPolicy(tx, body.escalation_policy_id);
    },
  };
}

function show(source: AlertSource, intakeUrl: string) {
  const { settings, sns } = source;
  return {
    id: source.id,
    team_id: source.teamId,
    name: source.name,
    kind: source.kind,
    escalation_policy_id: source.escalationPolicyId,
    enabled: source.enabled,
    masked_api_key: maskedSourceKey(source.keyId),
    intake_url: intakeUrl,
    settings: {
      default_severity: settings.defaultSeverity,
      no_data: settings.noData,
      auto_resolve_after_minutes: settings.autoResolveAfterMinutes,
      refire_cooldown_minutes: settings.refireCooldownMinutes,
      sns_topic_arn: settings.snsTopicArn,
      sns_allow_raw_delivery: settings.snsAllowRawDelivery,
      sns_max_age_minutes: settings.snsMaxAgeMinutes,
    },
    sns: {
      pending_topic_arn: sns.pendingTopicArn,
      subscription_arn: sns.subscriptionArn,
      disconnected_at: shownTimeOrNull(sns.disconnectedAtMs),
    },
    last_alert_at: shownTimeOrNull(source.lastAlertAtMs),
    last_problem: source.lastProblem,
    last_problem_at: shownTimeOrNull(source.lastProblemAtMs),
    created_at: shownTime(source.createdAtMs),
    updated_at: shownTime(source.updatedAtMs),
  };
}

function readSettings(body: Given<SettingsFields>): Partial<SourceSettings> {
  return given({
    defaultSeverity: body.default_severity,
    noData: body.no_data,
    autoResolveAfterMinutes: body.auto_resolve_after_minutes,
    refireCooldownMinutes: body.refire_cooldown_minutes,
    snsTopicArn: body.sns_topic_arn,
    snsAllowRawDelivery: body.sns_allow_raw_delivery,
    snsMaxAgeMinutes: body.sns_max_age_minutes,
  });
}
