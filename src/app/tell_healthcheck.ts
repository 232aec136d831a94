/** Tells the dead-man's switch outside that paging works; the silence when it does not is what raises the alarm. */
import { getLogger } from "@logtape/logtape";
import { ailments, type VitalSigns } from "../domain/system/vital_signs.ts";
import type { Engine } from "./engine.ts";

const log = getLogger(["pagerpal", "healthcheck"]);

/** Promises null when the ping has arrived, else why not, in words without the address. Never throws. */
export type Ping = () => Promise<string | null>;

export interface HealthcheckOptions {
  ping: Ping;
  delivers: boolean;
  escalates: boolean;
  /** Sentences on the jobs of this process that are late. */
  late(): string[];
}

/**
 * Promises in words what was done after a self-audit: pinged, tried to, or kept silent and why. Throws when the database
 * does not answer, and then has not pinged.
 */
export async function tellHealthcheck(
  { store, clock, observer }: Engine,
  { ping, delivers, escalates, late }: HealthcheckOptions,
  { unmended }: Pick<VitalSigns, "unmended">,
): Promise<string> {
  const nowMs = clock();
  const signs = {
    ...{ unmended, delivers, escalates, late: late() },
    oldestUndeliveredAtMs: await store.vitals.oldestUndeliveredAtMs(nowMs),
    nextActionAtMs: await store.incidents.nextDueAtMs(),
  };
  const reasons = ailments(signs, nowMs);
  if (reasons.length > 0) {
    observer.healthcheckEnded("withheld");
    log.warn("The healthcheck is not pinged: {reasons}", { reasons });
    return `healthcheck not pinged: ${reasons.join(" ")}`;
  }
  const failure = await ping();
  observer.healthcheckEnded(failure === null ? "pinged" : "failed");
  if (failure === null) return "healthcheck pinged";
  log.warn("The healthcheck could not be pinged: {failure}", { failure });
  return `healthcheck not reached: ${failure}`;
}
