/** What leaves at once and by itself: codes and test pages that somebody waits for, and the ping of a clean audit. */
import { createCodeHash } from "../app/responders/code_hash.ts";
import type { Immediate } from "../app/delivery/immediate.ts";
import type { HealthcheckOptions } from "../app/tell_healthcheck.ts";
import type { GuardedChannel } from "../channels/guard.ts";
import type { ChannelKind } from "../domain/responders/people.ts";
import { createPing } from "../monitoring/ping.ts";
import type { Outside } from "./outside.ts";
import { LEASE_MS } from "./workers.ts";

/** Promises what sends a message while its sender waits. */
export function composeImmediate(
  { config, store, clock, newId, randomBytes }: Outside,
  channels: ReadonlyMap<ChannelKind, GuardedChannel>,
): Immediate {
  return {
    store,
    clock,
    newId,
    randomBytes,
    hashCode: createCodeHash(config.secretKey),
    baseUrl: config.baseUrl,
    sendingEnabled: config.notificationSendingEnabled,
    sendMessage: async (kind, message) =>
      await channels.get(kind)
        ?.send(message, AbortSignal.timeout(LEASE_MS)) ?? null,
  };
}

/** Promises what the self-audit needs to ping HEALTHCHECK_PING_URL; null where none is set. */
export function healthcheckOf(
  { config, fetch }: Outside,
  { late, stopping }: Pick<HealthcheckOptions, "late"> & {
    stopping: AbortSignal;
  },
): HealthcheckOptions | null {
  const url = config.healthcheckPingUrl;
  return url === null ? null : {
    ping: createPing({ url, fetch, stopping }),
    delivers: config.notificationRetryWorkerEnabled,
    escalates: config.escalationWorkerEnabled,
    late,
  };
}
