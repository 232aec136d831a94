/** Ways to break the app that the simulation has to find: each a mistake that somebody could make. */
import type { Repositories, Store } from "../../src/ports/store.ts";
import type { Sabotage } from "./simulation.ts";

/** A mistake: what it does to the app. It calls `did` whenever it has made a difference. */
export type Mutant = (did: () => void) => Sabotage;

/**
 * The first seed that finds each mistake on libSQL. A change of the app changes what the seeds tell, and then another one
 * may be the first.
 */
export const FOUND_BY: Record<string, number> = {
  "a lease is over at once": 1,
  "a claim takes what another process has taken meanwhile": 3,
  "a claim does not look at the incident": 13,
  "acknowledging cancels nothing": 3,
  "a failed page waits though nobody wants it any more": 3,
  "after the second step the next action is forgotten": 2,
  "steps follow each other a second too soon": 1,
  "an escalation does not look whether another process has done it": 2,
  "an acknowledgement never times out": 4,
  "a result is written whoever holds the message": 10,
  "a bundle loses one of its messages": 1,
  "a page that is claimed as it is written stays in the queue": 2,
  "a message is recorded as sent before it is": 1,
  "the audit is left out": 13,
  "a lost answer is forgotten": 2,
  "an alert is answered before it is committed": 2,
};

/** Promises each mistake by what is wrong. */
export const MUTANTS: Record<string, Mutant> = {
  "a lease is over at once": (did) =>
    inStore(({ notifications }) => ({
      notifications: overriding(notifications, {
        claim(claim) {
          did();
          return notifications.claim({ ...claim, leaseUntilMs: claim.nowMs });
        },
        insertClaimed(pages, claims) {
          did();
          return notifications.insertClaimed(
            pages,
            claims.map((one) => ({ ...one, leaseUntilMs: one.nowMs })),
          );
        },
      }),
    })),
  "a claim takes what another process has taken meanwhile": (did) =>
    inSql(did, /attempt = attempt \+ 1/, [
      /(\w+\.)?claimable_at_ms <= (\?|\$\d+)/g,
      "($& OR 1 = 1)",
    ]),
  "a claim does not look at the incident": (did) =>
    inSql(did, /i\.status = 'triggered'/, [
      /i\.status = 'triggered'/g,
      "i.status <> ''",
    ]),
  "acknowledging cancels nothing": (did) =>
    inStore(({ notifications }) => ({
      notifications: overriding(notifications, {
        cancelQueued() {
          did();
          return Promise.resolve(0);
        },
      }),
    })),
  "a failed page waits though nobody wants it any more": (did) =>
    inStore(({ incidents }) => ({
      incidents: overriding(incidents, {
        holdStatuses() {
          did();
          return Promise.resolve(new Map());
        },
      }),
    })),
  "after the second step the next action is forgotten": (did) =>
    inStore(({ incidents }) => ({
      incidents: overriding(incidents, {
        save(incident) {
          const forgets = incident.round + incident.nextStep > 1;
          if (forgets) did();
          return incidents.save(
            forgets ? { ...incident, nextActionAtMs: null } : incident,
          );
        },
      }),
    })),
  "steps follow each other a second too soon": (did) =>
    inStore(({ incidents }) => ({
      incidents: overriding(incidents, {
        save(incident) {
          const { nextActionAtMs } = incident;
          if (nextActionAtMs === null) return incidents.save(incident);
          did();
          return incidents.save({
            ...incident,
            nextActionAtMs: nextActionAtMs - 1_000,
          });
        },
      }),
    })),
  "an escalation does not look whether another process has done it": (did) =>
    inStore(({ incidents }) => ({
      incidents: overriding(incidents, {
        lock(id, want) {
          if (want?.dueByMs !== undefined) did();
          const { dueByMs: _, ...rest } = want ?? {};
          return incidents.lock(id, rest);
        },
      }),
    })),
  "an acknowledgement never times out": (did) =>
    inStore(({ incidents }) => ({
      incidents: overriding(incidents, {
        save(incident) {
          const ends = incident.status === "acknowledged" &&
            incident.nextActionAtMs !== null;
          if (ends) did();
          return incidents.save(
            ends ? { ...incident, nextActionAtMs: null } : incident,
          );
        },
      }),
    })),
  "a result is written whoever holds the message": (did) =>
    inSql(did, /where .*"(lease_owner|attempt)" = |= given\.held_by/, [
      /(?<=where .*)"(?:lease_owner|attempt|state)" = (?:\?|\$\d+)|notifications\.(?:lease_owner|attempt|state) = (?:given\.held_\w+|'sending')/g,
      "($& or 1 = 1)",
    ]),
  "a bundle loses one of its messages": (did) =>
    inStore(({ notifications }) => ({
      notifications: overriding(notifications, {
        async claim(claim) {
          const claimed = await notifications.claim(claim);
          const lost = claimed.findLast(({ notification: { id, bundle } }) =>
            bundle !== null && bundle.id !== id
          );
          if (lost) did();
          return claimed.filter((each) => each !== lost);
        },
      }),
    })),
  "a page that is claimed as it is written stays in the queue": (did) =>
    inStore(({ notifications }) => ({
      notifications: overriding(notifications, {
        async insertClaimed(pages, claims) {
          const claimed = await notifications.insertClaimed(pages, claims);
          for (const { notification } of claimed) {
            const { attempt } = notification;
            did();
            await notifications.save(
              { ...notification, state: "queued", attempt: 0 },
              { state: "sending", attempt },
            );
          }
          return claimed;
        },
      }),
    })),
  "a message is recorded as sent before it is": (did) =>
    inStore(({ notifications }) => ({
      notifications: overriding(notifications, {
        async claim(claim) {
          const claimed = await notifications.claim(claim);
          for (const { notification } of claimed) {
            did();
            await notifications.settle(
              { ...notification, state: "sent", leaseUntilMs: null },
              { owner: claim.owner, attempt: notification.attempt },
            );
          }
          return claimed;
        },
      }),
    })),
  "the audit is left out": (did) =>
    inStore(({ notifications }) => ({
      notifications: overriding(notifications, {
        cancelAbandoned() {
          did();
          return Promise.resolve([]);
        },
      }),
    })),
  "a lost answer is forgotten": (did) =>
    inStore(({ notifications }) => ({
      notifications: overriding(notifications, {
        settleEach(held) {
          return notifications.settleEach(held.map((each) => {
            const { notification } = each;
            if (notification.outcomeUnknown) did();
            return {
              ...each,
              notification: { ...notification, outcomeUnknown: false },
            };
          }));
        },
      }),
    })),
  "an alert is answered before it is committed": (did) => ({
    store: (store) => ({
      ...store,
      transaction(work) {
        const early = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
        store.transaction(async (tx) => {
          const result = await work(tx);
          did();
          early.resolve(result);
          return result;
        }).catch(early.reject);
        return early.promise;
      },
    }),
  }),
};

/** Changes repositories, inside transactions and outside. */
function inStore(
  change: (real: Repositories) => Partial<Repositories>,
): Sabotage {
  return {
    store: (store): Store => ({
      ...store,
      ...change(store),
      transaction: (work) =>
        store.transaction((tx) => work({ ...tx, ...change(tx) })),
    }),
  };
}

/** Changes the statements that match. */
function inSql(
  did: () => void,
  where: RegExp,
  [pattern, by]: [RegExp, string],
): Sabotage {
  return {
    sql(text) {
      const changed = where.test(text) ? text.replaceAll(pattern, by) : text;
      if (changed !== text) did();
      return changed;
    },
  };
}

function overriding<T extends object>(real: T, methods: Partial<T>): T {
  return new Proxy(real, {
    get(target, name) {
      const own = Reflect.get(methods, name);
      if (own) return own;
      const found = Reflect.get(target, name, target);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
}
