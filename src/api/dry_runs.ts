/** Who would be paged if something fired: a question, answered without a page. */
import { z } from "@hono/zod-openapi";
import { dryRunOfPolicy, dryRunOfSource } from "../app/policies/dry_run_of.ts";
import {
  DryRunDocument,
  dryRunQuery,
  shownDryRun,
} from "../app/policies/dry_run_fields.ts";
import { idText } from "../app/fields.ts";
import { notFound } from "../app/refused_error.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";

const params = z.object({ id: idText });
const query = z.object(dryRunQuery);
const description =
  "Every page to the end, as if nobody answered; `at` is now where it is left out. Nothing is written and nobody is paged.";

export function addDryRuns(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/escalation-policies/{id}/dry-run",
    access: "viewer",
    name: "dryRunEscalationPolicy",
    tag: "Escalation policies",
    summary: "Who would be paged, when and how, if the policy fired",
    description,
    params,
    query,
    answers: { 200: DryRunDocument },
  }, async ({ params: { id }, query: { at, severity } }) => {
    const when = { atMs: at ?? clock(), severity };
    return ok(shownDryRun(await dryRunOfPolicy(store, id, when)));
  });
  routes.add({
    method: "get",
    path: "/api/v1/alert-sources/{id}/dry-run",
    access: "viewer",
    name: "dryRunAlertSource",
    tag: "Alert sources",
    summary: "Who would be paged, when and how, if the source fired",
    description,
    params,
    query,
    answers: { 200: DryRunDocument },
  }, async ({ params: { id }, query: { at, severity } }) => {
    const source = await store.sources.find(id);
    if (!source) throw notFound("alert source", id);
    const when = { atMs: at ?? clock(), severity };
    return ok(shownDryRun(await dryRunOfSource(store, source, when)));
  });
}
