/** Alerts that use up turns of round-robin steps, taken in by two processes at once on PostgreSQL. */
import assert from "node:assert/strict";
import { ingestTogether } from "../../src/app/intake/ingest_together.ts";
import type { Arriving } from "../../src/app/intake/ingest_together.ts";
import { ingest } from "../../src/app/intake/ingest.ts";
import type { Engine } from "../../src/app/engine.ts";
import type { Alert, Severity } from "../../src/domain/intake/alert.ts";
import { PLAIN_STEP } from "../../src/domain/policies/escalation_policy.ts";
import { UNOBSERVED } from "../../src/ports/observer.ts";
import type { Store } from "../../src/ports/store.ts";
import type { Connection } from "../../src/store/connection/connection.ts";
import { openStore } from "../../src/store/open.ts";
import { createWorld, newSource, NOW, type World } from "../store/fixture.ts";
import { waitingForLock } from "../store/waiting_for_lock.ts";
import { forEachStore } from "../stores.ts";

function engineOn(store: Store): Engine {
  return {
    ...{ store, sendingEnabled: true, observer: UNOBSERVED },
    clock: () => NOW,
    random: () => 0.5,
    newId: () => crypto.randomUUID(),
    kick: () => {},
    lookSoon: () => {},
  };
}

function alert(externalId: string, severity: Severity): Alert {
  return {
    ...{ kind: "firing", externalId, severity, title: "Disk full" },
    ...{ description: "", startsAtMs: null, links: [], labels: {} },
    ...{ isTest: false, remark: "", payload: "{}" },
  };
}

/** Promises a source whose policy pages in turn by one step for what is critical, and by another for the rest. */
async function inTurn(
  store: Store,
  { team, ada }: World,
  name: string,
): Promise<Arriving["origin"]> {
  await store.responders.insertContactMethod({
    ...{ responderId: ada.id, channel: "sms", label: "", enabled: true },
    address: `+4477009001${name.length}`,
  }, NOW);
  const step = {
    ...PLAIN_STEP,
    ...{ delayMinutes: 5, roundRobin: true },
    targets: [{ kind: "responder" as const, id: ada.id }],
  };
  const policy = await store.policies.insert({
    ...{ teamId: team.id, name, description: "", repeatCount: 0 },
    ...{ acknowledgementTimeoutMinutes: null, fallback: [] },
    steps: [{ ...step, severities: ["critical"] }, step],
  }, NOW);
  const source = await store.sources.insert(
    newSource(team, policy, { name, keyId: name.padEnd(8, "-") }),
    NOW,
  );
  return { source, policy, teamName: team.name };
}

/**
 * Whoever has taken a turn goes on only when the other one has taken one too, or waits for this one. Tells how many
 * statements failed.
 */
function meeting(url: string) {
  const both = Promise.withResolvers<void>();
  const seen = { taken: 0, failed: 0 };
  return {
    seen,
    around: (connection: Connection): Connection =>
      new Proxy(connection, {
        get(real, name) {
          const found = Reflect.get(real, name, real);
          if (name !== "begin") {
            return typeof found === "function" ? found.bind(real) : found;
          }
          return async (options: { durable: boolean }) => {
            const transaction = await real.begin(options);
            const execute: typeof transaction.execute = async (sql, values) => {
              const running = transaction.execute(sql, values);
              const done = await running.catch((error) => {
                seen.failed++;
                throw error;
              });
              if (!sql.includes("policy_turns")) return done;
              seen.taken++;
              if (seen.taken > 1) both.resolve();
              else await Promise.race([both.promise, waitingForLock(url)]);
              return done;
            };
            return { ...transaction, execute };
          };
        },
      }),
  };
}

async function meet(
  url: string,
  works: ((engine: Engine) => Promise<unknown>)[],
): Promise<void> {
  const { seen, around } = meeting(url);
  const stores = await Promise.all(
    works.map(() => openStore({ url, around })),
  );
  try {
    await Promise.all(
      stores.map((store, at) => works[at]?.(engineOn(store))),
    );
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
  assert.deepEqual(seen, { taken: 2, failed: 0 });
}

forEachStore(
  "two groups of alerts that take turns of the same policies do not wait for each other",
  async (store, { url }) => {
    const world = await createWorld(store);
    const one = await inTurn(store, world, "one");
    const two = await inTurn(store, world, "two");
    const three = {
      ...await inTurn(store, world, "three"),
      policy: one.policy,
    };
    const together = (...origins: Arriving["origin"][]) => (engine: Engine) =>
      engine.store.transaction((tx) =>
        ingestTogether(
          { engine, tx, nowMs: NOW, insertPages: () => Promise.resolve(true) },
          origins.map((origin) => ({
            origin,
            arrival: {
              alerts: [alert("disk", "error")],
              ...{ messageId: null, warning: null },
            },
          })),
        )
      );
    await meet(url, [together(one, two), together(two, three)]);
    assert.equal(await store.incidents.countOpen(), 3);
  },
  ["PostgreSQL"],
);

forEachStore(
  "two requests of many alerts that take turns of the same steps do not wait for each other",
  async (store, { url }) => {
    const world = await createWorld(store);
    const origin = await inTurn(store, world, "one");
    const request = (...alerts: Alert[]) => (engine: Engine) =>
      ingest(engine, origin, { alerts, messageId: null, warning: null });
    await meet(url, [
      request(alert("a", "critical"), alert("b", "error")),
      request(alert("c", "error"), alert("d", "critical")),
    ]);
    assert.equal(await store.incidents.countOpen(), 4);
    assert.deepEqual(
      await store.policies.turns(origin.policy.id),
      new Map([[0, 2], [1, 2]]),
    );
  },
  ["PostgreSQL"],
);
