/** Writing an escalation policy: a form whose every button is a post, so that steps move without a script. */
import { policyResource } from "../../app/policies/policy_fields.ts";
import { insertRow, updateRow } from "../../app/resource.ts";
import {
  type EscalationPolicy,
  POLICY_LIMITS,
} from "../../domain/policies/escalation_policy.ts";
import { SEVERITIES } from "../../domain/intake/alert.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { type FormErrors, formErrors, readPosted } from "../form.ts";
import { choices } from "../load_names.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { loadTargetable } from "./policies.ts";
import { found, parseFields, pathId } from "../posted.ts";
import { addRemoval } from "../removal.ts";
import { sentenceCase } from "../view/plural.ts";
import {
  type Draft,
  draftOf,
  inputOf,
  newDraft,
  press,
  readDraft,
} from "../view/policies/policy_draft.ts";
import { MOST_LINES } from "../view/policies/step_draft.ts";
import { DAY_NAMES } from "../view/policies/step_words.ts";
import { targetGroups } from "../view/policies/target_names.ts";
import { timeZoneOptions } from "../view/time_zones.ts";
import { viewerOf } from "../viewer.ts";

const resource = policyResource;

const STEP_CHOICES = {
  days: DAY_NAMES.map((label, index) => ({ value: String(index + 1), label })),
  severities: SEVERITIES.toReversed().map((value) => ({
    value,
    label: sentenceCase(value),
  })),
  modes: [
    { value: "", label: "At any time" },
    { value: "during", label: "Only during these hours" },
    { value: "outside", label: "Only outside these hours" },
  ],
};
const PATH = "/escalation-policies";

/** Adds the forms at `new`, `{id}/edit` and `{id}/delete` below `/escalation-policies`. */
export function addPolicyForm(routes: Routes, deps: WebDeps): void {
  addCreation(routes, deps);
  addEditing(routes, deps);
  addRemoval(routes, deps, {
    path: PATH,
    place: "policies",
    label: "Policies",
    resource,
    words: {
      gone: "Incidents that are open keep their own copy of it.",
      instead: "Give these another policy first.",
    },
  });
}

function addCreation(routes: Routes, deps: WebDeps): void {
  routes.page(`${PATH}/new`, "admin", async (c: EdgeContext) => {
    const { view } = await viewerOf(c, deps);
    const draft = newDraft(c.req.query("team_id") ?? "", view.timeZone);
    return show(c, deps, { policy: null, draft });
  });

  routes.page(`${PATH}/new`, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const draft = readDraft(form);
    const pressed = press(draft, form.text("do"));
    if (pressed) return show(c, deps, { policy: null, draft: pressed });
    const by = c.get("principal").account;
    const { nowMs } = viewer.view;
    try {
      const fields = parseFields(resource.create, inputOf(draft));
      const after = await deps.store.transaction((tx) =>
        insertRow(tx, { resource, fields, by, nowMs })
      );
      const text = `The policy ${after.name} is made.`;
      leaveNotice(c, { tone: "good", text }, deps.config);
      return c.redirect(`${PATH}/${after.id}`, 303);
    } catch (error) {
      const errors = perPart(formErrors(error, c));
      return show(c, deps, { policy: null, draft, errors });
    }
  }, "post");
}

function addEditing(routes: Routes, deps: WebDeps): void {
  routes.page(`${PATH}/{id}/edit`, "admin", async (c: EdgeContext) => {
    const { view } = await viewerOf(c, deps);
    const policy = await demand(c, deps);
    return show(c, deps, { policy, draft: draftOf(policy, view.timeZone) });
  });

  routes.page(`${PATH}/{id}/edit`, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const policy = await demand(c, deps);
    const draft = readDraft(form);
    const pressed = press(draft, form.text("do"));
    if (pressed) return show(c, deps, { policy, draft: pressed });
    const by = c.get("principal").account;
    const { nowMs } = viewer.view;
    try {
      const fields = parseFields(resource.create, inputOf(draft));
      await deps.store.transaction((tx) =>
        updateRow(tx, { resource, id: policy.id, fields, by, nowMs })
      );
    } catch (error) {
      const errors = perPart(formErrors(error, c));
      return show(c, deps, { policy, draft, errors });
    }
    const text = "Saved. Incidents that are open keep the policy as it was.";
    leaveNotice(c, { tone: "good", text }, deps.config);
    return c.redirect(`${PATH}/${policy.id}`, 303);
  }, "post");
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { policy, draft, errors = {} }: {
    policy: EscalationPolicy | null;
    draft: Draft;
    errors?: FormErrors;
  },
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const all = await loadTargetable(deps);
  return showPage(c, deps, {
    template: "policies/form",
    title: policy ? `Edit ${policy.name}` : "Make a policy",
    place: "policies",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      ...{ policy, draft, errors },
      uses: policy ? await deps.store.policies.dependents(policy.id) : [],
      teams: choices(all.teams, "Choose a team"),
      groups: targetGroups(all),
      limits: { ...POLICY_LIMITS, lines: MOST_LINES },
      ...STEP_CHOICES,
      timeZones: timeZoneOptions(viewer.view.timeZone),
    },
  });
}

/** What is one thing on the page has several fields: one sentence for each target, and one for the hours of a step. */
function perPart(errors: FormErrors): FormErrors {
  return Object.fromEntries(
    Object.entries(errors).map(([name, message]) => {
      const target = name.replace(/\.(type|id)$/, "");
      if (target !== name) {
        return [target, "Choose who is paged, or remove it."];
      }
      const [part = name] = /^steps\.\d+\.business_hours/.exec(name) ?? [];
      if (part === name) return [name, message];
      return [
        part,
        name.endsWith("windows") ? "Tick at least one day." : message,
      ];
    }),
  );
}

async function demand(
  c: EdgeContext,
  { store }: WebDeps,
): Promise<EscalationPolicy> {
  return found(await store.policies.find(pathId(c)), "escalation policy");
}
