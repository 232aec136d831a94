/** All alert sources, and how each is doing. */
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { everyRow, teamNames } from "../load_names.ts";
import { showPage } from "../page.ts";
import { agree, sentenceCase, spelled } from "../view/plural.ts";
import { kindName, sourceState } from "../view/sources/source_words.ts";
import { strongNames, type Words } from "../view/words.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

/** Adds `GET /alert-sources`. */
export function addAlertSources(routes: Routes, deps: WebDeps): void {
  routes.page("/alert-sources", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    return showPage(c, deps, {
      template: "sources/list",
      title: "Alert sources",
      place: "sources",
      view: await listView(deps, viewer),
      viewer,
    });
  });
}

async function listView({ store }: WebDeps, { view, can }: Viewer) {
  const [sources, policies, teams] = await Promise.all([
    everyRow(store.sources),
    everyRow(store.policies),
    teamNames(store),
  ]);
  const policyNames = new Map(policies.map(({ id, name }) => [id, name]));
  const rows = sources.map((source) => ({
    id: source.id,
    name: source.name,
    kind: kindName(source.kind),
    teamName: teams.get(source.teamId) ?? "",
    policyId: source.escalationPolicyId,
    policyName: policyNames.get(source.escalationPolicyId) ?? "",
    ...sourceState(source, view),
  }));
  const ready = teams.size > 0 && policies.length > 0;
  return {
    rows,
    opening: opening(rows),
    empty: emptyWords({ teams: teams.size, policies: policies.length }, can),
    canMake: can.administer && ready,
  };
}

function opening(
  rows: readonly { name: string; tone: string; lastAlert: string }[],
): { headline: string; words: Words } {
  if (rows.length === 0) return { headline: "No alert source yet.", words: [] };
  const bad = rows.filter(({ tone }) => tone === "bad");
  const count = sentenceCase(spelled(rows.length));
  const all = `${count} ${agree(rows.length, "source", "sources")}. `;
  if (bad.length === 0) {
    return {
      headline: "Alerts come in.",
      words: [all, "None of them has a problem."],
    };
  }
  return {
    headline: bad.length === 1
      ? "One source needs a look."
      : `${sentenceCase(spelled(bad.length))} sources need a look.`,
    words: [
      all,
      ...strongNames(bad.map(({ name }) => name), 3),
      ` ${agree(bad.length, "says", "say")} why below.`,
    ],
  };
}

function emptyWords(
  { teams, policies }: { teams: number; policies: number },
  { administer }: Viewer["can"],
) {
  const [text, href, label] = teams === 0
    ? [
      "A source belongs to a team and follows a policy. Make a team first.",
      "/teams/new",
      "Make a team",
    ]
    : policies === 0
    ? [
      "A source follows an escalation policy, which says who is paged. Make one first.",
      "/escalation-policies/new",
      "Make a policy",
    ]
    : [
      "A source is a monitoring system that may open incidents. It gets a key, and a snippet to paste.",
      "/alert-sources/new",
      "Make an alert source",
    ];
  return {
    icon: "plug",
    title: "No alert source yet",
    text,
    href: administer ? href : "",
    label,
  };
}
