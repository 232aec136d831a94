/** The sentence that opens the dashboard: what matters now, computed, never filler. */
import type { Incident } from "../../domain/incidents/incident.ts";
import type { Look } from "../../domain/policies/look.ts";
import { briefly } from "./duration.ts";
import type { Duty } from "./schedules/on_call.ts";
import { agree, sentenceCase, spelled } from "./plural.ts";
import { countingDown, strongNames, type Words } from "./words.ts";
import type { Viewpoint } from "./zoned_time.ts";

export interface DashboardFacts {
  waiting: number;
  worked: number;
  /** Of those that wait: every step was tried, and nothing more is planned. */
  exhausted: number;
  /** The most urgent of those that wait. */
  first: {
    incident: Pick<
      Incident,
      "title" | "triggeredAtMs" | "exhaustedAtMs" | "isTest"
    >;
    paged: readonly string[];
    next: Pick<Look, "atMs" | "pages"> | null;
  } | null;
  duties: readonly Duty[];
  /** A whole sentence. */
  health: string;
  view: Viewpoint;
}

export interface Opening {
  headline: string;
  words: Words;
}

/** Promises the headline and what follows it. */
export function dashboardSentence(facts: DashboardFacts): Opening {
  const { waiting, worked } = facts;
  if (waiting === 0) {
    const headline = worked === 0
      ? "Nothing is open."
      : "Nothing is waiting for an answer.";
    const rest = worked === 0 ? onCallWords(facts.duties) : workedWords(facts);
    return { headline, words: [...rest, facts.health] };
  }
  const headline = `${sentenceCase(spelled(waiting))} ${
    agree(waiting, "incident is", "incidents are")
  } waiting for an answer.`;
  return {
    headline,
    words: [
      ...exhaustedWords(facts),
      ...firstWords(facts),
      ...workedWords(facts),
      facts.health,
    ],
  };
}

/** Beside one that waits alone its own words say it. */
function exhaustedWords({ exhausted, waiting }: DashboardFacts): Words {
  if (exhausted === 0 || waiting === 1) return [];
  const all = exhausted >= waiting;
  const which = all ? "any" : spelled(exhausted);
  return [{
    strong: `Nobody has answered ${which} of them, and nothing more is planned${
      all ? "" : " for these"
    }: call somebody.`,
  }, " "];
}

function firstWords({ first, waiting, view }: DashboardFacts): Words {
  if (!first) return [];
  const { incident, paged, next } = first;
  const about: Words = waiting > 1
    ? ["The most urgent is ", { strong: incident.title }, ": "]
    : [];
  const cased = (text: string) => waiting > 1 ? text : sentenceCase(text);
  if (incident.isTest) return [...about, cased("it is a test. ")];
  if (incident.exhaustedAtMs !== null) {
    return [
      ...about,
      cased("everybody was paged and nobody has answered. Call somebody. "),
    ];
  }
  if (paged.length === 0) {
    return [...about, cased("nobody could be paged yet. ")];
  }
  const ago = briefly(view.nowMs - incident.triggeredAtMs);
  const was = `${agree(paged.length, " was", " were")} paged ${ago} ago`;
  if (!next) return [...about, ...strongNames(paged, 3), `${was}. `];
  const names = [...new Set(next.pages.map(({ name }) => name))];
  const turn: Words = names.length === 0
    ? ["nobody is left to page"]
    : ["it goes to ", ...strongNames(names, 3)];
  return [
    ...about,
    ...strongNames(paged, 3),
    `${was}; if nobody answers, `,
    ...turn,
    " ",
    countingDown(next.atMs, view.nowMs),
    ". ",
  ];
}

function workedWords({ waiting, worked }: DashboardFacts): Words {
  if (worked === 0) return [];
  const more = waiting > 0 ? " more" : "";
  const noun = more === ""
    ? ` ${agree(worked, "incident", "incidents")}`
    : more;
  return [
    `${sentenceCase(spelled(worked))}${noun} ${
      agree(worked, "is", "are")
    } being worked on. `,
  ];
}

function onCallWords(duties: readonly Duty[]): Words {
  const staffed = duties.filter((duty) => !duty.gap).slice(0, 3);
  return staffed.flatMap((duty): Words => [
    ...strongNames(duty.names, 3),
    `${agree(duty.names.length, " is", " are")} on call for ${
      duty.teamName || duty.scheduleName
    } ${duty.until.split(",")[0]}. `,
  ]);
}
