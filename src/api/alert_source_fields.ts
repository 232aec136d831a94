/** What an alert source looks like in the API. */
import { z } from "@hono/zod-openapi";
import { id, time } from "../app/fields.ts";
import {
  settingsFields,
  type SourceFields,
  sourceFields,
  sourceResource,
} from "../app/sources/source_fields.ts";
import type { AlertSource } from "../domain/intake/alert_source.ts";
import { INTAKE_PATHS } from "../http/intake_paths.ts";
import type { ApiResource } from "./directory.ts";

export const SourceDocument = z.object({
  id,
  team_id: id,
  name: z.string(),
  kind: sourceFields.kind,
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

export const KeyedSourceDocument = SourceDocument.extend({
  api_key: z.string().openapi({ description: "Shown this once." }),
}).openapi("AlertSourceWithKey");

export const TAG = "Alert sources";
export const PATH = "/api/v1/alert-sources";

/** Promises alert sources as the API serves them; `baseUrl` leads the addresses they post to. */
export function alertSources(
  baseUrl: string,
): ApiResource<AlertSource, SourceFields, z.input<typeof SourceDocument>> {
  return {
    ...sourceResource((kind) => baseUrl + INTAKE_PATHS[kind]),
    path: PATH,
    tag: TAG,
    name: "AlertSource",
    plural: "AlertSources",
    shown: SourceDocument,
    byTeam: true,
    insert: null,
  };
}
