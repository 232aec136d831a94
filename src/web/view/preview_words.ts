/** What a policy would do, rung by rung. */
import type { Preview, PreviewedStep } from "../../app/preview_escalation.ts";
import type { EscalationPolicy } from "../../domain/escalation_policy.ts";
import { minutes } from "./ladder_words.ts";
import { channelName } from "./notification_words.ts";
import { counted, listed } from "./plural.ts";
import type { Rung } from "./story.ts";
import type { Words } from "./words.ts";
import { shownTime, type Viewpoint } from "./zoned_time.ts";

/** Promises one sentence: who is paged first, and how. */
export function firstWords({ steps, end }: Preview): Words {
  const first = steps[0] ?? end;
  return first.pages.length === 0
    ? ["nobody would be paged. Nobody on it can be reached, nor any admin."]
    : [...pagedWords(first), "."];
}

/** Promises the ladder of the preview. */
export function previewRungs(
  { steps, againAtMs, end }: Preview,
  { repeatCount, steps: own }: EscalationPolicy,
  view: Viewpoint,
): Rung[] {
  const rungs = steps.flatMap((step) => [
    ...skippedRungs(step, view),
    rung(step.atMs, view, [
      "Pages ",
      ...pagedWords(step),
      `; waits ${minutes(own[step.step ?? 0]?.delayMinutes ?? 0)}`,
    ]),
  ]);
  if (againAtMs !== null) {
    rungs.push(rung(againAtMs, view, [
      `Nobody has answered: all of it again, ${counted(repeatCount, "time")}`,
    ]));
  }
  return [...rungs, ...skippedRungs(end, view), endRung(end, view)]
    .map((one, index) => ({ ...one, key: `rung-${index + 1}` }));
}

function skippedRungs({ skipped, atMs }: PreviewedStep, view: Viewpoint) {
  return skipped.map((step) =>
    rung(
      atMs,
      view,
      [`Step ${step + 1} is skipped: nobody there can be paged then`],
      "bad",
    )
  );
}

function endRung(end: PreviewedStep, view: Viewpoint): Rung {
  return end.pages.length === 0
    ? rung(end.atMs, view, ["Nobody is left to page"], "bad")
    : rung(end.atMs, view, [
      "Everything has been tried: pages ",
      ...pagedWords(end),
    ]);
}

/** "**Maya Okafor** by SMS and e-mail, **Idris Bello** by SMS after 2 min". */
function pagedWords({ pages, atMs }: PreviewedStep): Words {
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
  view: Viewpoint,
  words: Words,
  state: Rung["state"] = "next",
): Rung {
  return {
    key: "",
    state,
    time: shownTime(atMs, view),
    countdownToMs: null,
    words,
    text: "",
  };
}
