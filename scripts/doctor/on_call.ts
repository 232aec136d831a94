/** Is anybody on call now, and in the days to come? The readiness check says it; here it is asked anew. */
import {
  lookAhead,
  READINESS_DAYS,
} from "../../src/app/readiness/readiness.ts";
import { createChannels } from "../../src/channels/channels.ts";
import { channelsConfig } from "../../src/compose/channels.ts";
import type { Config } from "../../src/config.ts";
import { type Finding, isWrong } from "../../src/domain/readiness/finding.ts";
import {
  findingSentence,
  plainSentence,
  type Telling,
} from "../../src/domain/readiness/finding_text.ts";
import type { ChannelKind } from "../../src/domain/responders/people.ts";
import type { Store } from "../../src/ports/store.ts";
import { counted } from "../../src/web/view/plural.ts";
import { type Check, fail, type Line, ok, warn } from "./check.ts";

const MOST_FINDINGS = 8;
/** Of a thousand policies it takes some seconds. */
const LIMIT_MS = 60_000;

export const onCall: Check = {
  name: "on_call",
  title: "On call",
  settings: ["INFOBIP_BASE_URL", "SMTP_HOST", "SMTP_FROM"],
  after: ["database", "migrations"],
  limitMs: LIMIT_MS,
  async run({ config, store, clock }) {
    const open = await store();
    const missing = await missingPieces(open);
    if (missing.length > 0) return missing;
    const nowMs = clock();
    const { findings, ...range } = await lookAhead(open, {
      nowMs,
      days: READINESS_DAYS.otherwise,
      channels: channelsOf(config),
      sendingEnabled: config.notificationSendingEnabled,
    });
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return findingLines(findings, { timeZone, ...range });
  },
};

/** Without these nothing can be found wrong, and nobody paged. */
async function missingPieces(store: Store): Promise<Line[]> {
  const one = { page: 1, pageSize: 1 };
  const lines: Line[] = [];
  if (await store.accounts.countAdmins() === 0) {
    lines.push(
      fail(
        "Nobody is an admin: whoever opens PagerPal first is asked to become one.",
        "Make the first: deno task create-admin you@example.com --name Maya",
      ),
    );
  }
  if ((await store.policies.list({}, one)).total === 0) {
    lines.push(
      fail(
        "There is no escalation policy, so nobody can be paged.",
        "Set up a schedule and a policy, and give it to an alert source.",
      ),
    );
  } else if ((await store.sources.list({}, one)).total === 0) {
    lines.push(
      fail(
        "There is no alert source, so no alert can come in.",
        "Set one up, and give its key to your monitoring.",
      ),
    );
  }
  return lines;
}

/** Promises the findings as lines: what will fail from now on as a failure, what may or is to come as a warning. */
export function findingLines(
  findings: readonly Finding[],
  telling: Telling,
): Line[] {
  const wrong = findings.filter(isWrong);
  if (wrong.length === 0) {
    return [
      ok("Every policy reaches somebody now and for the next 14 days."),
    ];
  }
  const lines = wrong.slice(0, MOST_FINDINGS).map((finding) => {
    const message = plainSentence(findingSentence(finding, telling));
    const isNow = finding.gravity === "will_fail" &&
      finding.atMs <= telling.fromMs;
    return isNow ? fail(message, MEND) : warn(message, MEND);
  });
  const rest = wrong.length - lines.length;
  return rest === 0
    ? lines
    : [...lines, warn(`${counted(rest, "more finding")}.`, MEND)];
}

const MEND = "It is shown where it can be mended at /readiness.";

function channelsOf(config: Config): Set<ChannelKind> {
  const channels = createChannels(channelsConfig(config), {
    fetch,
    clock: Date.now,
  });
  for (const channel of channels.values()) channel.close();
  return new Set(channels.keys());
}
