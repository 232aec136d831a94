/** What a dry run found, rung by rung. */
import type { DryRun } from "../../../app/policies/dry_run.ts";
import type { EscalationStep } from "../../../domain/policies/escalation_policy.ts";
import type { Look } from "../../../domain/policies/look.ts";
import { minutes } from "./ladder_words.ts";
import { channelName } from "../notification_words.ts";
import { counted, listed } from "../plural.ts";
import { isMeant, skipWords } from "./step_words.ts";
import type { Rung } from "../incidents/story.ts";
import type { Words } from "../words.ts";
import { shortTime, shownTime, type Viewpoint } from "../zoned_time.ts";

/** Promises one sentence: who is paged first, and how. */
export function firstWords(look: Look | null): Words {
  if (look === null || look.pages.length === 0) {
    return [
      "nobody would be paged. Nobody on it can be reached, nor any admin.",
    ];
  }
  if (look.step !== null) return [...pagedWords(look), "."];
  const why = look.exhausted === "no_step_applies"
    ? "no step applies then."
    : "no step reaches anybody.";
  return [...pagedWords(look), `, as the last resort: ${why}`];
}

export interface DryRunRungs {
  /** The first time through the steps. */
  first: Rung[];
  /** Every other time; null where there is none. */
  again: { title: string; rungs: Rung[]; open: boolean } | null;
  end: Rung[];
}

// Beyond so many the repeats are folded away.
const MOST_OPEN = 12;

/** Promises the ladder of the run, from its first page to its end. */
export function dryRunRungs(run: DryRun, view: Viewpoint): DryRunRungs {
  const told = { ...run, view: { ...view, nowMs: run.startsAtMs } };
  const rounds = (wanted: (round: number) => boolean) =>
    run.steps.filter(({ round }) => wanted(round))
      .flatMap((look) => stepRungs(look, told));
  const first = rounds((round) => round === 0);
  const again = rounds((round) => round > 0);
  const times = new Set(run.steps.map(({ round }) => round)).size - 1;
  let count = 0;
  const keyed = (rungs: Rung[]) =>
    rungs.map((rung) => ({ ...rung, key: `rung-${++count}` }));
  return {
    first: keyed(first),
    again: again.length === 0 ? null : {
      title: `Nobody has answered: the steps again, ${
        counted(times, "more time", "more times")
      }`,
      rungs: keyed(again),
      open: again.length <= MOST_OPEN,
    },
    end: keyed(endRungs(run, told.view)),
  };
}

type Told = DryRun & { view: Viewpoint };

function stepRungs(look: Look, told: Told): Rung[] {
  const step = told.policy.steps[look.step ?? 0];
  return [
    ...skippedRungs(look, told),
    rung(look.atMs, told, [
      `Step ${(look.step ?? 0) + 1} pages `,
      ...pagedWords(look),
      ...turnWords(look, step),
      `; waits ${minutes(step?.delayMinutes ?? 0)}`,
    ]),
  ];
}

function turnWords(
  { inTurn }: Look,
  step: EscalationStep | undefined,
): Words {
  return inTurn && step ? [", whose turn is next"] : [];
}

function skippedRungs({ skipped, atMs }: Look, told: Told): Rung[] {
  return skipped.map(({ step, reason }) =>
    rung(
      atMs,
      told,
      [`Step ${step + 1} is ${skipWords(reason)}`],
      isMeant(reason) ? "quiet" : "bad",
    )
  );
}

function endRungs(run: DryRun, view: Viewpoint): Rung[] {
  const told = { ...run, view };
  const { end, closesAtMs } = run;
  if (end === null) {
    const atMs = closesAtMs ?? run.startsAtMs;
    return [rung(atMs, told, ["Closes by its age, unless it fires again"])];
  }
  const words: Words = end.pages.length === 0
    ? ["Nobody is left to page. The incident says so, loudly"]
    : [
      `${ENDINGS[end.exhausted ?? "nobody_answered"]}: pages ${
        RESORTS[end.lastResort ?? "policy"]
      }, `,
      ...pagedWords(end),
    ];
  const state = end.pages.length === 0 ? "bad" : "next";
  return [...skippedRungs(end, told), rung(end.atMs, told, words, state)];
}

const ENDINGS = {
  nobody_answered: "Everything has been tried",
  nobody_reachable: "No step reaches anybody",
  no_step_applies: "No step applies",
} as const;

const RESORTS = {
  policy: "the last resort",
  team: "the team's members",
  admins: "the admins",
} as const;

/** "**Maya Okafor** by SMS and e-mail, **Idris Bello** by SMS after 2 min". */
function pagedWords({ pages, atMs }: Look): Words {
  const people = [...Map.groupBy(pages, (page) => page.responderId).values()];
  return people.flatMap((own, index): Words => {
    const ways = own.map(({ contactMethod, dueAtMs }) => {
      const name = channelName(contactMethod);
      const later = Math.round((dueAtMs - atMs) / 6_000) / 10;
      return later > 0 ? `${name} after ${minutes(later)}` : name;
    });
    const name = own[0]?.name ?? "";
    return [
      index === 0 ? "" : index === people.length - 1 ? " and " : ", ",
      { strong: name },
      ` by ${listed([...new Set(ways)], 5)}`,
    ];
  });
}

function rung(
  atMs: number,
  { startsAtMs, view }: Told,
  words: Words,
  state: Rung["state"] = "next",
): Rung {
  const after = Math.round((atMs - startsAtMs) / 600) / 100;
  const text = after === 0
    ? shortTime(atMs, view)
    : `${shortTime(atMs, view)} +${minutes(after)}`;
  return {
    key: "",
    state,
    time: shownTime(atMs, view, text),
    countdownToMs: null,
    words,
    text: "",
  };
}
