/** Escalation policies: each as a sentence, and who would be paged if it fired now. */
import { firstLook } from "../../app/policies/dry_run.ts";
import { dryRunOfPolicy } from "../../app/policies/dry_run_of.ts";
import type { EscalationPolicy } from "../../domain/policies/escalation_policy.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { dryRunView } from "./dry_run_view.ts";
import { everyRow, teamNames } from "../load_names.ts";
import { showPage } from "../page.ts";
import { found, pathId } from "../posted.ts";
import { findingsAbout } from "../view/findings.ts";
import { ladderWords, minutes } from "../view/policies/ladder_words.ts";
import { agree, sentenceCase, spelled } from "../view/plural.ts";
import { firstWords } from "../view/policies/dry_run_words.ts";
import { type Targetable, targetNamer } from "../view/policies/target_names.ts";
import { strongNames } from "../view/words.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const MOST_PREVIEWED = 50;

/** Adds `GET /escalation-policies` and `GET /escalation-policies/{id}`. */
export function addPolicies(routes: Routes, deps: WebDeps): void {
  routes.page("/escalation-policies", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    return showPage(c, deps, {
      template: "policies/list",
      title: "Escalation policies",
      place: "policies",
      view: await listView(deps, viewer),
      viewer,
    });
  });
}

/** Adds `GET /escalation-policies/{id}`; after the form, whose `new` is no id. */
export function addPolicy(routes: Routes, deps: WebDeps): void {
  routes.page("/escalation-policies/{id}", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const policy = found(
      await deps.store.policies.find(pathId(c)),
      "escalation policy",
    );
    return showPage(c, deps, {
      template: "policies/one",
      title: policy.name,
      place: "policies",
      view: {
        ...await policyView(deps, policy),
        dry: await dryRunView(c, {
          view: viewer.view,
          path: `/escalation-policies/${policy.id}`,
          run: (when) => dryRunOfPolicy(deps.store, policy.id, when),
        }),
        findings: findingsAbout(
          await deps.readiness(),
          { kind: "policy", id: policy.id },
          viewer.view.timeZone,
        ),
      },
      viewer,
    });
  });
}

/** Promises everything that a target may be. */
export async function loadTargetable(
  { store }: Pick<WebDeps, "store">,
): Promise<Targetable> {
  const [responders, schedules, teams] = await Promise.all([
    everyRow(store.responders),
    everyRow(store.schedules),
    everyRow(store.teams),
  ]);
  return { responders, schedules, teams };
}

async function listView(deps: WebDeps, { view, can }: Viewer) {
  const { store } = deps;
  const policies = await everyRow(store.policies);
  const nameOf = targetNamer(await loadTargetable(deps));
  const teams = await teamNames(store);
  const rows = [];
  for (const [index, policy] of policies.entries()) {
    const first = index < MOST_PREVIEWED
      ? await firstLook(store, policy, view.nowMs)
      : null;
    rows.push({
      id: policy.id,
      name: policy.name,
      teamName: teams.get(policy.teamId) ?? "",
      ladder: ladderWords(policy, nameOf),
      first: first ? firstWords(first) : null,
      dead: first?.pages.length === 0,
    });
  }
  const dead = rows.filter((row) => row.dead);
  return {
    rows,
    opening: {
      headline: rows.length === 0
        ? "No policy yet."
        : dead.length > 0
        ? "Some alerts would page nobody."
        : "Every alert has somebody to go to.",
      words: rows.length === 0 ? [] : dead.length > 0
        ? [
          ...strongNames(dead.map(({ name }) => name), 3),
          " can reach nobody now. Give somebody on it a contact method.",
        ]
        : [
          `${sentenceCase(spelled(rows.length))} ${
            agree(rows.length, "policy", "policies")
          }. An incident keeps the policy it was opened with; changes count for the next one.`,
        ],
    },
    empty: {
      icon: "steps",
      title: "No policy yet",
      text: teams.size === 0
        ? "A policy belongs to a team. Make a team first."
        : "A policy says who is paged first, how long to wait for an answer, and who is next. Every alert source points to one.",
      href: !can.administer
        ? ""
        : teams.size === 0
        ? "/teams/new"
        : "/escalation-policies/new",
      label: teams.size === 0 ? "Make a team" : "Make a policy",
    },
    canMake: can.administer && teams.size > 0,
  };
}

async function policyView(deps: WebDeps, policy: EscalationPolicy) {
  const { store } = deps;
  const nameOf = targetNamer(await loadTargetable(deps));
  const timeout = policy.acknowledgementTimeoutMinutes;
  return {
    policy,
    teamName: (await store.teams.find(policy.teamId))?.name ?? "",
    ladder: ladderWords(policy, nameOf),
    timeout: timeout === null
      ? "An acknowledged incident stays quiet until it is resolved."
      : `An acknowledged incident pages again after ${
        minutes(timeout)
      }, unless it is resolved.`,
    uses: await store.policies.dependents(policy.id),
  };
}
