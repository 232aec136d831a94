/** One alert source: how it is doing, how to connect it, and a test through the front door. */
import { dryRunOfSource } from "../../app/policies/dry_run_of.ts";
import { approveSnsSubscription } from "../../app/sources/approve_sns_subscription.ts";
import { maskedSourceKey } from "../../app/secrets.ts";
import { type AlertSource } from "../../domain/intake/alert_source.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { intakeUrl, sourceRecords } from "./alert_source_form.ts";
import type { WebDeps } from "../deps.ts";
import { dryRunView } from "../policies/dry_run_view.ts";
import { type FormErrors, formErrors, readPosted } from "../form.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { found, pathId } from "../posted.ts";
import type { TestResult } from "./test_alert.ts";
import { settingFacts } from "../view/setting_words.ts";
import { snippets } from "../view/sources/source_snippets.ts";
import { kindName, sourceState } from "../view/sources/source_words.ts";
import { shownTime } from "../view/zoned_time.ts";
import { viewerOf } from "../viewer.ts";

/** Stands in a snippet where the key would: it is shown once only. */
const LOST_KEY = "THE-KEY-OF-THIS-SOURCE";

/** Adds `GET /alert-sources/{id}` and the approval of an SNS topic. */
export function addAlertSource(routes: Routes, deps: WebDeps): void {
  routes.page("/alert-sources/{id}", "viewer", async (c: EdgeContext) => {
    const source = await demandSource(c, deps);
    return showSource(c, deps, { source });
  });

  routes.page(
    "/alert-sources/{id}/approve-sns-subscription",
    "admin",
    async (c: EdgeContext) => {
      await readPosted(c, deps);
      const { id } = await demandSource(c, deps);
      const by = c.get("principal").account;
      const { show } = sourceRecords(deps);
      try {
        const source = await approveSnsSubscription(deps, { id, by, show });
        const text =
          `Approved. From now on only ${source.settings.snsTopicArn} may post here.`;
        leaveNotice(c, { tone: "good", text }, deps.config);
      } catch (error) {
        const text = Object.values(formErrors(error, c)).join(" ");
        leaveNotice(c, { tone: "bad", text }, deps.config);
      }
      return c.redirect(`/alert-sources/${id}`, 303);
    },
    "post",
  );
}

/** Promises the page of the source; with what became of a test, where one was sent. */
export async function showSource(
  c: EdgeContext,
  deps: WebDeps,
  { source, test = null, errors = {} }: {
    source: AlertSource;
    test?: TestResult | null;
    errors?: FormErrors;
  },
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const { view } = viewer;
  const [team, policy] = await Promise.all([
    deps.store.teams.find(source.teamId),
    deps.store.policies.find(source.escalationPolicyId),
  ]);
  const url = intakeUrl(deps, source.kind);
  const dry = await dryRunView(c, {
    view,
    path: `/alert-sources/${source.id}`,
    run: (when) => dryRunOfSource(deps.store, source, when),
  });
  return showPage(c, deps, {
    template: "sources/one",
    title: source.name,
    place: "sources",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      ...{ source, test, errors, url, dry },
      kind: kindName(source.kind),
      state: sourceState(source, view),
      lastAlert: source.lastAlertAtMs === null
        ? null
        : shownTime(source.lastAlertAtMs, view),
      teamName: team?.name ?? "",
      policyName: policy?.name ?? "",
      key: maskedSourceKey(source.keyId),
      settings: settingFacts(source),
      snippets: snippets(source.kind, { url, key: LOST_KEY }),
    },
  });
}

/** Promises the source of the path; throws 404 where there is none. */
export async function demandSource(
  c: EdgeContext,
  { store }: WebDeps,
): Promise<AlertSource> {
  return found(await store.sources.find(pathId(c)), "alert source");
}
