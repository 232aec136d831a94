/** Do the clocks of this machine, of the database and of the other nodes agree? Leases and escalations are times. */
import { duration } from "../../src/web/view/duration.ts";
import { nodeState } from "../../src/domain/system/node.ts";
import { type Check, fail, type Line, ok, warn } from "./check.ts";

/** From here on two nodes may both believe that they hold a message (docs/reliability.md). */
const FAIL_MS = 4_000;
const WARN_MS = 1_000;

export const clocks: Check = {
  name: "clock",
  title: "Clocks",
  after: ["database", "migrations"],
  limitMs: 12_000,
  async run({ examination, store, clock }) {
    const look = await examination();
    const beforeMs = clock();
    const serverMs = await look.serverClockMs();
    const nowMs = clock();
    const lines: Line[] = [];
    if (serverMs !== null) {
      const apartMs = Math.abs(serverMs - (beforeMs + nowMs) / 2);
      // It was read at some moment of the call.
      lines.push(
        ...clockLines("the database's", apartMs - (nowMs - beforeMs) / 2),
      );
    }
    for (const node of await (await store()).nodes.list()) {
      if (nodeState(node, nowMs) !== "running") continue;
      lines.push(
        ...clockLines(`that of ${node.name}`, node.lastSeenAtMs - clock()),
      );
    }
    if (lines.length > 0) return lines;
    return [
      ok(
        serverMs === null
          ? "The database is a file: there is one clock, and no node is ahead of it."
          : "This machine, the database and the nodes agree on the time.",
      ),
    ];
  },
};

/** Promises nothing for clocks that agree; `apartMs` is the least that they can be apart. */
export function clockLines(whose: string, apartMs: number): Line[] {
  if (apartMs < WARN_MS) return [];
  const message = `The clock of this machine and ${whose} are ${
    duration(apartMs)
  } apart.`;
  const remedy =
    "Keep both right with NTP (chrony, systemd-timesyncd, or the cloud's own).";
  return [apartMs < FAIL_MS ? warn(message, remedy) : fail(message, remedy)];
}
