/** What a team has, in words. */
import { agree, counted, listed, sentenceCase, spelled } from "./plural.ts";

/** Promises "2 schedules, 1 policy and 3 alert sources", without what there is none of. */
export function ownedWords(
  { schedules, policies, sources }: {
    schedules: number;
    policies: number;
    sources: number;
  },
): string {
  const parts = [
    schedules > 0 ? counted(schedules, "schedule") : "",
    policies > 0 ? counted(policies, "policy", "policies") : "",
    sources > 0 ? counted(sources, "alert source") : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "nothing set up yet" : listed(parts);
}

/** Promises the sentence above the list: how many, and which of those shown have nobody in them. */
export function teamsSentence(
  rows: readonly { name: string; memberCount: number }[],
  total: number,
  people: number,
): string {
  if (total === 0) return "Nobody is in a team, because there is none yet.";
  const teams = `${sentenceCase(spelled(total))} ${
    agree(total, "team", "teams")
  }`;
  const empty = rows.filter(({ memberCount }) => memberCount === 0);
  const shown = total === rows.length
    ? `${teams}, ${spelled(people)} ${agree(people, "person", "people")}.`
    : `${teams}.`;
  if (empty.length === 0) return shown;
  const has = agree(empty.length, "has", "have");
  return `${shown} ${
    listed(empty.map(({ name }) => name))
  } ${has} nobody: the last resort of their policies is then the admins.`;
}
