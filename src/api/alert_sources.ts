/** Alert sources. Their keys are shown once, when they are made. */
import { z } from "@hono/zod-openapi";
import { recordChange } from "../app/record_change.ts";
import { RefusedError } from "../app/refused_error.ts";
import { notFound } from "../app/refused_error.ts";
import { regenerateSourceKey } from "../app/regenerate_source_key.ts";
import { maskedSourceKey, newSourceKey } from "../app/secrets.ts";
import { SEVERITIES } from "../domain/alert.ts";
import {
  type AlertSource,
  DEFAULT_SOURCE_SETTINGS,
  NO_DATA_ACTIONS,
  SOURCE_KINDS,
  type SourceSettings,
} from "../domain/alert_source.ts";
import { created, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import {
  addDirectory,
  type ApiDeps,
  audit,
  insertRow,
  type Resource,
} from "./directory.ts";
import {
  changeOf,
  id,
  idText,
  line,
  shownTime,
  shownTimeOrNull,
  time,
} from "./fields.ts";
import { type Given, given } from "./given.ts";
import { INTAKE_PATHS } from "./intake_paths.ts";
import { checkPolicy, checkTeam } from "./references.ts";

const settingsFields = {
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

const fields = {
  team_id: id,
  name: line(100),
  kind: z.enum(SOURCE_KINDS),
  escalation_policy_id: id,
  enabled: z.boolean(),
  settings: z.object(settingsFields).partial(),
};
// A source keeps its kind: its key stands in a monitoring system that speaks that format.
const { kind: _fixed, ...changeable } = fields;

const NewSource = z.object({
  ...fields,
  kind: fields.kind.default("generic"),
  enabled: fields.enabled.default(true),
  settings: fields.settings.default({}),
}).openapi("NewAlertSource");
type Fields = z.output<typeof NewSource>;

const SourceDocument = z.object({
  id,
  team_id: id,
  name: z.string(),
  kind: fields.kind,
  escalation_policy_id: id,
  enabled: z.boolean(),
  masked_api_key: z.string().openapi({
    example: "ppAb12Cd34**********************",
  }),
  intake_url: z.string().openapi({
    description: "Where the monitoring system posts to.",
  }),
  settings: z.object(settingsFields),
  sns: z.object({
    pending_topic_arn: z.string().nullable(),
    subscription_arn: z.string().nullable(),
    disconnected_at: time.nullable(),
  }),
  last_alert_at: time.nullable(),
  last_problem: z.string().nullable(),
  last_problem_at: time.nullable(),
  created_at: time,
  updated_at: time,
}).openapi("AlertSource");

const KeyedSourceDocument = SourceDocument.extend({
  api_key: z.string().openapi({ description: "Shown this once." }),
}).openapi("AlertSourceWithKey");

const tag = "Alert sources";
const path = "/api/v1/alert-sources";
const params = z.object({ id: idText });

export function addAlertSources(routes: Routes, deps: ApiDeps): void {
  const { store, clock, randomBytes } = deps;
  const resource = sources(deps.config.baseUrl);
  addDirectory(routes, deps, resource);

  routes.add({
    method: "post",
    path,
    access: "admin",
    name: "createAlertSource",
    tag,
    summary: "Create an alert source; the answer holds its key, this once",
    body: NewSource,
    idempotent: true,
    problems: [409],
    answers: { 201: KeyedSourceDocument },
  }, async ({ body, principal, c }) => {
    const answer = await deps.idempotency.create(
      c,
      clock(),
      async (tx, nowMs) => {
        const key = newSourceKey(randomBytes);
        const more = { ...NEW_SOURCE, keyId: key.publicId, keyHash: key.hash };
        const source = await insertRow(tx, {
          resource,
          fields: body,
          nowMs,
          more,
        });
        await audit(tx, {
          resource,
          verb: "create",
          by: principal.account,
          before: null,
          after: source,
          nowMs,
        });
        return { ...resource.show(source), api_key: key.text };
      },
    );
    return created(answer.body);
  });

  routes.add({
    method: "post",
    path: `${path}/{id}/regenerate-key`,
    access: "admin",
    name: "regenerateAlertSourceKey",
    tag,
    summary: "Replace the key; the old one stops working at once",
    params,
    answers: { 200: KeyedSourceDocument },
  }, async ({ params, principal }) => {
    const { source, key } = await store.transaction((tx) =>
      regenerateSourceKey(tx, { id: params.id, by: principal.account }, {
        randomBytes,
        nowMs: clock(),
      })
    );
    return ok({ ...resource.show(source), api_key: key });
  });

  routes.add({
    method: "post",
    path: `${path}/{id}/approve-sns-subscription`,
    access: "admin",
    name: "approveSnsSubscription",
    tag,
    summary: "Confirm the SNS subscription that waits, and pin its topic",
    params,
    problems: [409],
    answers: { 200: SourceDocument },
  }, async ({ params, principal }) => {
    const before = await store.sources.find(params.id);
    if (!before) throw notFound("alert source", params.id);
    const { pendingTopicArn, pendingToken } = before.sns;
    if (pendingTopicArn === null || pendingToken === null) {
      throw new RefusedError(
        "conflict",
        "no_pending_subscription",
        "No SNS subscription waits for approval. Create the subscription in AWS first.",
      );
    }
    const confirmed = await deps.confirmSnsSubscription(before);
    if (!confirmed.ok) {
      throw new RefusedError(
        "conflict",
        "subscription_not_confirmed",
        confirmed.message,
      );
    }
    const nowMs = clock();
    const after = await store.transaction(async (tx) => {
      const after = await tx.sources.update(params.id, {
        settings: { ...before.settings, snsTopicArn: pendingTopicArn },
        sns: {
          pendingTopicArn: null,
          pendingToken: null,
          subscriptionArn: confirmed.subscriptionArn,
          disconnectedAtMs: null,
        },
      }, nowMs);
      if (!after) throw notFound("alert source", params.id);
      await recordChange(tx, {
        by: principal.account,
        action: "alert_source.approve_sns_subscription",
        objectId: params.id,
        before: resource.show(before),
        after: resource.show(after),
      }, nowMs);
      return after;
    });
    return ok(resource.show(after));
  });
}

const NEW_SOURCE = {
  sns: {
    pendingTopicArn: null,
    pendingToken: null,
    subscriptionArn: null,
    disconnectedAtMs: null,
  },
  lastAlertAtMs: null,
  lastProblem: null,
  lastProblemAtMs: null,
};

function sources(
  baseUrl: string,
): Resource<AlertSource, Fields, z.input<typeof SourceDocument>> {
  return {
    path,
    tag,
    noun: "alert source",
    name: "AlertSource",
    plural: "AlertSources",
    create: NewSource,
    change: changeOf(changeable).openapi("AlertSourceChange"),
    shown: SourceDocument,
    byTeam: true,
    repository: (from) => from.sources,
    show: (source) => shownSource(source, baseUrl),
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
    insert: null,
  };
}

function shownSource(source: AlertSource, baseUrl: string) {
  const { settings, sns } = source;
  return {
    id: source.id,
    team_id: source.teamId,
    name: source.name,
    kind: source.kind,
    escalation_policy_id: source.escalationPolicyId,
    enabled: source.enabled,
    masked_api_key: maskedSourceKey(source.keyId),
    intake_url: baseUrl + INTAKE_PATHS[source.kind],
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
