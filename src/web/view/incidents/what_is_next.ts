/** What happens to an incident if nobody does anything: the part of the ladder that lies ahead. */
import type { Incident } from "../../../domain/incidents/incident.ts";
import type { Look } from "../../../domain/policies/look.ts";
import type { Notification } from "../../../domain/delivery/notification.ts";
import { countdown } from "../duration.ts";
import { channelName } from "../notification_words.ts";
import { counted } from "../plural.ts";
import { skipWords } from "../policies/step_words.ts";
import type { Rung } from "./story.ts";
import { who } from "./story_words.ts";
import { strongNames, type Words } from "../words.ts";
import {
  secondsTime,
  shortTime,
  shownTime,
  type Viewpoint,
} from "../zoned_time.ts";

/** The escalation run ahead: the rest of this time through the policy, and the first moment after it. */
export interface Ahead {
  looks: readonly Look[];
  /** What stands behind the people of a step, as "Payments primary". */
  labels(step: number): string[];
}

export interface NextOptions {
  notifications: readonly Notification[];
  responders: ReadonlyMap<number, string>;
  ahead: Ahead;
  view: Viewpoint;
}

/** Promises where the incident stands now and what follows, in the order of time; empty once it is resolved. */
export function whatIsNext(incident: Incident, options: NextOptions): Rung[] {
  switch (incident.status) {
    case "resolved":
      return [];
    case "acknowledged":
      return [worked(incident, options.view), ...comesBack(incident, options)];
    case "triggered":
      return [
        waiting(incident, options.view),
        ...[...queuedPages(options), ...stepsAhead(incident, options)]
          .sort((a, b) => Date.parse(a.time.iso) - Date.parse(b.time.iso)),
        ...ageLimit(incident, options.view),
      ];
  }
}

function waiting(incident: Incident, view: Viewpoint): Rung {
  const repeats = incident.alertCount - 1;
  const fired = repeats > 0
    ? [` The alert has fired ${counted(repeats, "time")} since.`]
    : [];
  if (incident.exhaustedAtMs !== null) {
    return now(view, [
      "Nobody has answered and nothing more is planned. Call somebody, or escalate to start again.",
      ...fired,
    ], "bad");
  }
  if (incident.isTest) {
    return now(view, ["This is a test. Nobody else is paged."]);
  }
  return now(view, ["Waiting for an answer.", ...fired]);
}

function worked(incident: Incident, view: Viewpoint): Rung {
  const actor = incident.acknowledgedBy;
  return now(
    view,
    actor
      ? [who(actor), " is on it. Nobody else is paged."]
      : ["Somebody is on it."],
  );
}

function comesBack(incident: Incident, { view }: NextOptions): Rung[] {
  const atMs = incident.nextActionAtMs;
  if (atMs === null) return ageLimit(incident, view);
  const words = incident.snoozedUntilMs === null
    ? "The acknowledgement runs out and paging starts again, unless it is resolved"
    : "The snooze ends and paging starts again, unless it is resolved";
  return [ahead(atMs, view, [words]), ...ageLimit(incident, view)];
}

function queuedPages({ notifications, responders, view }: NextOptions): Rung[] {
  return notifications
    .filter((row) =>
      row.kind === "page" && (row.state === "queued" || row.state === "sending")
    )
    .map((row) => {
      const name = responders.get(row.responderId) ?? "somebody who is gone";
      const verb = row.attempt > 0 && row.state === "queued"
        ? "Tries again to page "
        : "Pages ";
      const words = [verb, { strong: name }, ` by ${channelName(row)}`];
      return { ...ahead(row.dueAtMs, view, words), key: `page-${row.id}` };
    });
}

function stepsAhead(
  { policy, nextActionAtMs }: Incident,
  { ahead: { looks, labels }, view }: NextOptions,
): Rung[] {
  if (nextActionAtMs === null) return [];
  const [first] = looks;
  return looks.flatMap((look): Rung[] => {
    const skipped = look.skipped
      .filter(({ round }) => look.step === null || round === first?.round)
      .map(({ step, reason }) => {
        const where = labelWords(labels(step));
        const words = [
          `Step ${step + 1} is ${skipWords(reason)}`,
          ...where,
        ];
        return { ...ahead(look.atMs, view, words), key: keyOf(look, step) };
      });
    if (look.step === null) return [...skipped, endRung(look, view)];
    if (look.round !== first?.round) {
      const times = policy.repeatCount - (first?.round ?? 0);
      return [
        ahead(look.atMs, view, [
          `Starts again from step 1, ${
            counted(times, "more time", "more times")
          }`,
        ]),
      ];
    }
    const names = strongNames([...new Set(look.pages.map(({ name }) => name))]);
    const turn = look.inTurn ? [", whose turn is next"] : [];
    const where = labelWords(labels(look.step));
    const words = ["Escalates to ", ...names, ...turn, ...where];
    return [...skipped, ahead(look.atMs, view, words)];
  });
}

function keyOf({ atMs }: Look, step: number): string {
  return `skip-${atMs}-${step}`;
}

function labelWords(labels: string[]): Words {
  return labels.length > 0 ? [" (", { said: labels.join(", ") }, ")"] : [];
}

function endRung({ atMs, pages }: Look, view: Viewpoint): Rung {
  const names = [...new Set(pages.map(({ name }) => name))];
  return ahead(atMs, view, [
    "Everything has been tried: ",
    ...names.length > 0 ? strongNames(names) : ["nobody is left to page"],
  ]);
}

function ageLimit(incident: Incident, view: Viewpoint): Rung[] {
  if (incident.autoResolveAtMs === null) return [];
  const rest = incident.isTest ? "" : ", unless it fires again";
  return [ahead(incident.autoResolveAtMs, view, [`Closes by itself${rest}`])];
}

function now(
  view: Viewpoint,
  words: Words,
  state: "now" | "bad" = "now",
): Rung {
  return {
    key: "now",
    state,
    time: shownTime(view.nowMs, view, secondsTime(view.nowMs, view)),
    countdownToMs: null,
    words,
    text: "",
  };
}

function ahead(atMs: number, view: Viewpoint, words: Words): Rung {
  const leftMs = atMs - view.nowMs;
  const far = leftMs >= 60 * 60_000;
  const text = far ? shortTime(atMs, view) : `in ${countdown(leftMs)}`;
  return {
    key: `next-${atMs}`,
    state: "next",
    time: shownTime(atMs, view, text),
    countdownToMs: far ? null : atMs,
    words,
    text: "",
  };
}
