/** Alert sources. Their keys are shown once, when they are made. */
import { z } from "@hono/zod-openapi";
import { recordChange } from "../app/record_change.ts";
import { audit, insertRow } from "../app/records.ts";
import { notFound, RefusedError } from "../app/refused_error.ts";
import { regenerateSourceKey } from "../app/regenerate_source_key.ts";
import { newSourceKey } from "../app/secrets.ts";
import type { AlertSource } from "../domain/alert_source.ts";
import type { UserAccount } from "../domain/people.ts";
import { created, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import {
  alertSources,
  KeyedSourceDocument,
  NEW_SOURCE,
  NewSource,
  PATH,
  SourceDocument,
  TAG,
} from "./alert_source_fields.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory } from "./directory.ts";
import { idText } from "./fields.ts";

const params = z.object({ id: idText });

export function addAlertSources(routes: Routes, deps: ApiDeps): void {
  addDirectory(routes, deps, alertSources(deps.config.baseUrl));
  addCreation(routes, deps);
  addRegeneration(routes, deps);
  addApproval(routes, deps);
}

function addCreation(routes: Routes, deps: ApiDeps): void {
  const resource = alertSources(deps.config.baseUrl);
  routes.add({
    method: "post",
    path: PATH,
    access: "admin",
    name: "createAlertSource",
    tag: TAG,
    summary: "Create an alert source; the answer holds its key, this once",
    body: NewSource,
    idempotent: true,
    problems: [409],
    answers: { 201: KeyedSourceDocument },
  }, async ({ body: fields, principal, c }) => {
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) => {
        const key = newSourceKey(deps.randomBytes);
        const more = { ...NEW_SOURCE, keyId: key.publicId, keyHash: key.hash };
        const after = await insertRow(tx, { resource, fields, nowMs, more });
        const by = principal.account;
        const change = { verb: "create", by, before: null, after } as const;
        await audit(tx, { resource, ...change, nowMs });
        return { ...resource.show(after), api_key: key.text };
      },
    );
    return created(answer.body);
  });
}

function addRegeneration(routes: Routes, deps: ApiDeps): void {
  const { store, clock, randomBytes } = deps;
  const { show } = alertSources(deps.config.baseUrl);
  routes.add({
    method: "post",
    path: `${PATH}/{id}/regenerate-key`,
    access: "admin",
    name: "regenerateAlertSourceKey",
    tag: TAG,
    summary: "Replace the key; the old one stops working at once",
    params,
    answers: { 200: KeyedSourceDocument },
  }, async ({ params: { id }, principal: { account: by } }) => {
    const outside = { randomBytes, nowMs: clock() };
    const { source, key } = await store.transaction((tx) =>
      regenerateSourceKey(tx, { id, by }, outside)
    );
    return ok({ ...show(source), api_key: key });
  });
}

function addApproval(routes: Routes, deps: ApiDeps): void {
  const { show } = alertSources(deps.config.baseUrl);
  routes.add({
    method: "post",
    path: `${PATH}/{id}/approve-sns-subscription`,
    access: "admin",
    name: "approveSnsSubscription",
    tag: TAG,
    summary: "Confirm the SNS subscription that waits, and pin its topic",
    params,
    problems: [409],
    answers: { 200: SourceDocument },
  }, async ({ params: { id }, principal }) => {
    const source = await deps.store.sources.find(id);
    if (!source) throw notFound("alert source", id);
    const topicArn = source.sns.pendingTopicArn;
    if (topicArn === null || source.sns.pendingToken === null) {
      throw new RefusedError(
        "conflict",
        "no_pending_subscription",
        "No SNS subscription waits for approval. Create the subscription in AWS first.",
      );
    }
    const confirmed = await deps.confirmSnsSubscription(source);
    if (!confirmed.ok) {
      const code = "subscription_not_confirmed";
      throw new RefusedError("conflict", code, confirmed.message);
    }
    const { subscriptionArn } = confirmed;
    const by = principal.account;
    const after = await pin(deps, { id, topicArn, subscriptionArn, by });
    return ok(show(after));
  });
}

/** From now on the source takes messages of this topic only. */
async function pin(
  { store, clock, config }: ApiDeps,
  { id, topicArn, subscriptionArn, by }: {
    id: number;
    topicArn: string;
    subscriptionArn: string | null;
    by: UserAccount;
  },
): Promise<AlertSource> {
  const { show } = alertSources(config.baseUrl);
  const nowMs = clock();
  return await store.transaction(async (tx) => {
    const before = await tx.sources.find(id);
    const after = before && await tx.sources.update(id, {
      settings: { ...before.settings, snsTopicArn: topicArn },
      sns: { ...NEW_SOURCE.sns, subscriptionArn },
    }, nowMs);
    if (!before || !after) throw notFound("alert source", id);
    await recordChange(tx, {
      by,
      action: "alert_source.approve_sns_subscription",
      objectId: id,
      before: show(before),
      after: show(after),
    }, nowMs);
    return after;
  });
}
