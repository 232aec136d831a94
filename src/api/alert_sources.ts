/** Alert sources. Their keys are shown once, when they are made. */
import { z } from "@hono/zod-openapi";
import { approveSnsSubscription } from "../app/sources/approve_sns_subscription.ts";
import { regenerateSourceKey } from "../app/sources/regenerate_source_key.ts";
import { newSourceKey } from "../app/secrets.ts";
import { NewSource } from "../app/sources/source_fields.ts";
import { NEW_SOURCE } from "../domain/intake/alert_source.ts";
import { created, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import {
  alertSources,
  KeyedSourceDocument,
  PATH,
  SourceDocument,
  TAG,
} from "./alert_source_fields.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory } from "./directory.ts";
import { idText } from "../app/fields.ts";
import { insertRow } from "../app/resource.ts";

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
        const by = principal.account;
        const after = await insertRow(tx, {
          resource,
          fields,
          by,
          nowMs,
          more,
        });
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
    const by = principal.account;
    const after = await approveSnsSubscription(deps, { id, by, show });
    return ok(show(after));
  });
}
