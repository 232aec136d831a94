import assert from "node:assert/strict";
import {
  type EscalationPolicy,
  PLAIN_STEP,
} from "../../src/domain/policies/escalation_policy.ts";
import type {
  Dependent,
  DirectoryRepository,
} from "../../src/ports/directory_repositories.ts";
import type { Repositories, Store } from "../../src/ports/store.ts";
import {
  contract,
  createWorld,
  MINUTE,
  newSource,
  NOW,
  open,
  refuses,
  responder,
  type World,
} from "./fixture.ts";

interface Row {
  id: number;
  createdAtMs: number;
  updatedAtMs: number;
}

type New<T> = Omit<T, "id" | "createdAtMs" | "updatedAtMs">;

interface Kind<T extends Row> {
  name: string;
  repository(store: Repositories): DirectoryRepository<T, { teamId?: number }>;
  make(world: World, name: string): New<T>;
  patch: Partial<New<T>>;
  /** The constraint that a second row with the same name breaks. */
  unique: string | null;
  /** How many the world has already. */
  present: number;
}

function kind<T extends Row>(kind: Kind<T>): void {
  const { name, make, patch } = kind;

  contract(
    `${name}: what is inserted is found, changed and deleted`,
    async (store) => {
      const world = await createWorld(store);
      const repository = kind.repository(store);
      const given = make(world, "Zulu");
      const row = await repository.insert(given, NOW);
      assert.deepEqual(row, {
        ...given,
        id: row.id,
        createdAtMs: NOW,
        updatedAtMs: NOW,
      });
      assert.deepEqual(await repository.find(row.id), row);

      const changed = await repository.update(row.id, patch, NOW + 5);
      assert.deepEqual(changed, { ...row, ...patch, updatedAtMs: NOW + 5 });
      assert.deepEqual(await repository.find(row.id), changed);
      const untouched = await repository.update(row.id, {}, NOW + 6);
      assert.deepEqual(untouched, { ...changed, updatedAtMs: NOW + 6 });

      assert.deepEqual(await repository.dependents(row.id), []);
      assert.equal(await repository.delete(row.id), true);
      assert.equal(await repository.find(row.id), null);
      assert.equal(await repository.delete(row.id), false);
      assert.equal(await repository.update(row.id, patch, NOW), null);
    },
  );

  contract(`${name}: an id is never given twice`, async (store) => {
    const world = await createWorld(store);
    const repository = kind.repository(store);
    const first = await repository.insert(make(world, "Zulu"), NOW);
    await repository.delete(first.id);
    const second = await repository.insert(make(world, "Zulu"), NOW);
    assert.ok(second.id > first.id);
  });

  contract(
    `${name}: lists are by name in any case, paged and bounded`,
    async (store) => {
      const world = await createWorld(store);
      const repository = kind.repository(store);
      for (const one of ["zebra", "Äpfel", "apple", "Banana", "_x"]) {
        await repository.insert(make(world, one), NOW);
      }
      const all = await repository.list({}, { page: 1, pageSize: 200 });
      const names = all.items.map((row) => Reflect.get(row, "name"));
      const ours = names.filter((one) =>
        ["zebra", "Äpfel", "apple", "Banana", "_x"].includes(String(one))
      );
      assert.deepEqual(ours, ["_x", "apple", "Banana", "zebra", "Äpfel"]);
      const total = 5 + kind.present;
      assert.equal(all.total, total);

      const paged: T[] = [];
      for (let page = 1; page <= Math.ceil(total / 2); page++) {
        const part = await repository.list({}, { page, pageSize: 2 });
        assert.equal(part.page, page);
        assert.equal(part.totalPages, Math.ceil(total / 2));
        paged.push(...part.items);
      }
      assert.deepEqual(paged, all.items);
      const far = await repository.list({}, {
        page: Number.MAX_SAFE_INTEGER,
        pageSize: 200,
      });
      assert.deepEqual(far.items, []);
      assert.equal(far.total, total);
    },
  );

  contract(
    `${name}: ids and texts that are not there find nothing`,
    async (store) => {
      const repository = kind.repository(store);
      for (const id of [0, -1, 1, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
        assert.equal(await repository.find(id), null);
        assert.equal(await repository.delete(id), false);
        assert.deepEqual(await repository.dependents(id), []);
      }
      const none = await repository.list({ teamId: 2 ** 40 }, {
        page: 1,
        pageSize: 10,
      });
      assert.deepEqual(none, { items: [], total: 0, page: 1, totalPages: 0 });
    },
  );

  if (kind.unique === null) return;
  const { unique } = kind;
  contract(`${name}: a name is taken once`, async (store) => {
    const world = await createWorld(store);
    const repository = kind.repository(store);
    const first = await repository.insert(make(world, "Zulu"), NOW);
    await refuses(
      repository.insert({ ...make(world, "Yankee"), ...named(first) }, NOW),
      "unique",
      unique,
    );
    const second = await repository.insert(make(world, "Yankee"), NOW);
    await refuses(
      repository.update(second.id, named(first), NOW),
      "unique",
      unique,
    );
    assert.deepEqual(await repository.find(second.id), second);
  });
}

/** The part of a row that has to be unique, whatever its type calls it. */
function named<T extends Row>(row: T): Partial<New<T>> {
  const { name, email } = row as unknown as Record<string, string | undefined>;
  const part = email === undefined ? { name } : { name, email };
  return part as unknown as Partial<New<T>>;
}

kind({
  name: "teams",
  repository: (store) => store.teams,
  make: (_world, name) => ({ name, description: "People" }),
  patch: { description: "Other people", name: "Renamed" },
  unique: "teams.name",
  present: 1,
});

kind({
  name: "responders",
  repository: (store) => store.responders,
  make: (_world, name) =>
    responder({
      name,
      email: `${encodeURIComponent(name.toLowerCase())}@x.org`,
    }),
  patch: { timeZone: "Asia/Tokyo", notifyOnResolve: true },
  unique: "responders.email",
  present: 1,
});

kind({
  name: "schedules",
  repository: (store) => store.schedules,
  make: ({ team }, name) => ({
    teamId: team.id,
    name,
    description: "",
    timeZone: "Europe/London",
    handoffNoticeMinutes: 15,
  }),
  patch: { timeZone: "Asia/Tokyo", handoffNoticeMinutes: null },
  unique: "schedules.team_id, schedules.name",
  present: 0,
});

kind<EscalationPolicy>({
  name: "escalation policies",
  repository: (store) => store.policies,
  make: ({ team, ada }, name) => ({
    teamId: team.id,
    name,
    description: "",
    steps: [{
      ...PLAIN_STEP,
      delayMinutes: 0.05,
      targets: [{ kind: "responder", id: ada.id }, {
        kind: "team",
        id: team.id,
      }],
    }],
    repeatCount: 2,
    acknowledgementTimeoutMinutes: 12.5,
    fallback: [{ kind: "responder", id: ada.id }],
  }),
  patch: { steps: [], fallback: [], acknowledgementTimeoutMinutes: null },
  unique: "escalation_policies.team_id, escalation_policies.name",
  present: 1,
});

kind({
  name: "alert sources",
  repository: (store) => store.sources,
  make: ({ team, policy }, name) =>
    newSource(team, policy, { name, keyId: `key ${name}` }),
  patch: {
    enabled: false,
    lastAlertAtMs: NOW,
    lastProblem: "No signature",
    lastProblemAtMs: NOW - 1,
    sns: {
      pendingTopicArn: "arn:aws:sns:eu-west-1:1:topic",
      pendingToken: "token",
      subscriptionArn: null,
      disconnectedAtMs: NOW,
    },
  },
  unique: "alert_sources.team_id, alert_sources.name",
  present: 1,
});

contract("a team that does not exist is a foreign key error", async (store) => {
  const schedule = {
    teamId: 99,
    name: "Nights",
    description: "",
    timeZone: "Europe/London",
  };
  const work = store.schedules.insert(schedule, NOW);
  await refuses(work, "foreign_key", "schedules");
});

contract(
  "whatever is referred to cannot be deleted, and says by whom",
  async (store) => {
    const world = await createWorld(store);
    const { team, ada, policy, source } = world;
    const schedule = await store.schedules.insert({
      teamId: team.id,
      name: "Nights",
      description: "",
      timeZone: "Europe/London",
    }, NOW);
    await store.schedules.insertEntry({
      replacesResponderId: null,
      scheduleId: schedule.id,
      responderId: ada.id,
      kind: "entry",
      startsAtMs: NOW,
      endsAtMs: NOW + MINUTE,
    }, NOW);
    const night = await store.policies.insert({
      teamId: team.id,
      name: "Night",
      description: "",
      steps: [{
        ...PLAIN_STEP,
        delayMinutes: 1,
        targets: [{ kind: "schedule", id: schedule.id }],
      }],
      repeatCount: 0,
      acknowledgementTimeoutMinutes: null,
      fallback: [{ kind: "team", id: team.id }],
    }, NOW);
    const account = await store.accounts.insert({
      responderId: ada.id,
      email: "ada@example.com",
      passwordHash: "hash",
      role: "admin",
      enabled: true,
    }, NOW);
    const incident = await open(store, world);

    const uses = async (dependents: Promise<Dependent[]>) =>
      (await dependents).map(({ kind, id }) => `${kind} ${id}`).sort();
    assert.deepEqual(await uses(store.teams.dependents(team.id)), [
      `alert_source ${source.id}`,
      `escalation_policy ${policy.id}`,
      `escalation_policy ${night.id}`,
      `incident ${incident.id}`,
      `schedule ${schedule.id}`,
    ]);
    assert.deepEqual(await uses(store.responders.dependents(ada.id)), [
      `account ${account.id}`,
      `escalation_policy ${policy.id}`,
      `schedule ${schedule.id}`,
    ]);
    assert.deepEqual(await uses(store.schedules.dependents(schedule.id)), [
      `escalation_policy ${night.id}`,
    ]);
    assert.deepEqual(await uses(store.policies.dependents(policy.id)), [
      `alert_source ${source.id}`,
    ]);
    assert.deepEqual(await uses(store.sources.dependents(source.id)), [
      `incident ${incident.id}`,
    ]);

    await refuses(store.teams.delete(team.id), "foreign_key", "teams");
    await refuses(store.responders.delete(ada.id), "foreign_key", "responders");
    await refuses(
      store.schedules.delete(schedule.id),
      "foreign_key",
      "schedules",
    );
    await refuses(
      store.policies.delete(policy.id),
      "foreign_key",
      "escalation_policies",
    );
    await refuses(
      store.sources.delete(source.id),
      "foreign_key",
      "alert_sources",
    );
    assert.equal(await store.policies.delete(night.id), true);
    assert.equal(await store.schedules.delete(schedule.id), true);
  },
);

contract(
  "a policy lets go of a target that an update takes out",
  async (store) => {
    const { team, ada, policy } = await createWorld(store);
    const steps = [{
      ...PLAIN_STEP,
      delayMinutes: 1,
      targets: [{ kind: "team" as const, id: team.id }],
    }];
    await store.policies.update(policy.id, { steps }, NOW);
    assert.equal(await store.responders.delete(ada.id), true);
  },
);

contract("a policy that names nobody known is refused", async (store) => {
  const { policy } = await createWorld(store);
  const steps = [{
    ...PLAIN_STEP,
    delayMinutes: 1,
    targets: [{ kind: "schedule" as const, id: 77 }],
  }];
  await refuses(
    store.policies.update(policy.id, { steps }, NOW),
    "foreign_key",
    "escalation_policy_targets",
  );
  assert.deepEqual(await store.policies.find(policy.id), policy);
});

contract("dependents are at most twenty", async (store) => {
  const world = await createWorld(store);
  for (let n = 0; n < 25; n++) {
    await open(store, world, { externalId: `disk-${n}` });
  }
  const dependents = await store.sources.dependents(world.source.id);
  assert.equal(dependents.length, 20);
});

contract("members are set as a whole, each once", async (store) => {
  const { team, ada } = await createWorld(store);
  const bob = await store.responders.insert(
    responder({ name: "Bob", email: "bob@example.com" }),
    NOW,
  );
  await store.teams.setMembers(team.id, [bob.id, ada.id, bob.id]);
  assert.deepEqual(await store.teams.memberIds(team.id), [ada.id, bob.id]);
  const page = { page: 1, pageSize: 10 };
  const members = await store.responders.list({ teamId: team.id }, page);
  assert.deepEqual(members.items.map(({ name }) => name), ["Ada", "Bob"]);
  await refuses(
    store.teams.setMembers(team.id, [bob.id, 999]),
    "foreign_key",
    "team_members",
  );
  assert.deepEqual(await store.teams.memberIds(team.id), [ada.id, bob.id]);
  assert.equal(await store.responders.delete(bob.id), true);
  assert.deepEqual(await store.teams.memberIds(team.id), [ada.id]);
  await store.teams.setMembers(team.id, []);
  assert.deepEqual(await store.teams.memberIds(team.id), []);
});

contract("e-mail addresses are found and taken in any case", async (store) => {
  const { ada } = await createWorld(store);
  const found = await store.responders.findByEmail("ADA@Example.COM");
  assert.deepEqual(found, ada);
  assert.equal(await store.responders.findByEmail("nobody@example.com"), null);
  await refuses(
    store.responders.insert(responder({ email: "Ada@example.com" }), NOW),
    "unique",
    "responders.email",
  );
});

contract("sources of other teams are not listed", async (store) => {
  const { source } = await createWorld(store);
  const other = await store.teams.insert({ name: "Dev", description: "" }, NOW);
  const page = { page: 1, pageSize: 10 };
  for (const repository of [store.sources, store.policies, store.schedules]) {
    const { items } = await repository.list({ teamId: other.id }, page);
    assert.deepEqual(items, []);
  }
  const { items } = await store.sources.list({ teamId: source.teamId }, page);
  assert.deepEqual(items, [source]);
});

contract(
  "a source is found by its key with its policy and team",
  async (store) => {
    const { source, policy, team } = await createWorld(store);
    assert.deepEqual(await store.sources.findByKeyId(source.keyId), {
      source,
      policy,
      teamName: team.name,
    });
    assert.equal(await store.sources.findByKeyId("unknown"), null);
  },
);

contract(
  "a source remembers its last alert, never an older one, and the last problem",
  async (store) => {
    const { source } = await createWorld(store);
    const state = async () => {
      const { lastAlertAtMs, lastProblem, lastProblemAtMs, updatedAtMs } =
        await store.sources.find(source.id) ?? source;
      return [lastAlertAtMs, lastProblem, lastProblemAtMs, updatedAtMs];
    };
    await store.sources.recordAlerts([{
      sourceId: source.id,
      atMs: NOW + 5,
      problem: null,
    }]);
    assert.deepEqual(await state(), [NOW + 5, null, null, NOW]);
    await store.sources.recordProblem(source.id, "No title", NOW + 6);
    assert.deepEqual(await state(), [NOW + 5, "No title", NOW + 6, NOW]);
    await store.sources.recordAlerts([{
      sourceId: source.id,
      atMs: NOW + 1,
      problem: "Cut",
    }]);
    assert.deepEqual(await state(), [NOW + 5, "Cut", NOW + 1, NOW]);
    await store.sources.recordAlerts([{
      sourceId: source.id,
      atMs: NOW + 9,
      problem: null,
    }]);
    assert.deepEqual(await state(), [NOW + 9, null, null, NOW]);
  },
);

contract(
  "a recovery only ever moves forward, and is forgotten by age",
  async (store) => {
    const { recoveries } = store;
    const { source } = await createWorld(store);
    const recovered = () => recoveries.latestStartMs(source.id, "disk-full");
    assert.equal(await recovered(), null);
    await recoveries.record(source.id, "disk-full", NOW, NOW + 1);
    await recoveries.record(source.id, "disk-full", NOW - 9, NOW + 2);
    assert.equal(await recovered(), NOW);
    await recoveries.record(source.id, "disk-full", NOW + 9, NOW + 3);
    assert.equal(await recovered(), NOW + 9);
    assert.equal(await recoveries.prune(NOW + 3), 0);
    assert.equal(await recoveries.prune(NOW + 4), 1);
    assert.equal(await recovered(), null);
  },
);

contract(
  "entries that overlap the range come in the order of their starts",
  async (store: Store) => {
    const { team, ada } = await createWorld(store);
    const schedule = await store.schedules.insert({
      teamId: team.id,
      name: "Nights",
      description: "",
      timeZone: "Europe/London",
    }, NOW);
    const add = (from: number, to: number, kind: "entry" | "override") =>
      store.schedules.insertEntry({
        replacesResponderId: null,
        scheduleId: schedule.id,
        responderId: ada.id,
        kind,
        startsAtMs: NOW + from * MINUTE,
        endsAtMs: NOW + to * MINUTE,
      }, NOW);
    const late = await add(10, 20, "override");
    const early = await add(0, 10, "entry");
    const between = (from: number, to: number) =>
      store.schedules.entries(
        [schedule.id, 999],
        NOW + from * MINUTE,
        NOW + to * MINUTE,
      );
    assert.deepEqual(await between(-5, 30), [early, late]);
    assert.deepEqual(await between(10, 11), [late]);
    assert.deepEqual(await between(9, 10), [early]);
    assert.deepEqual(await between(20, 30), []);
    assert.deepEqual(await between(-5, 0), []);
    assert.deepEqual(await store.schedules.entries([], 0, NOW * 2), []);

    assert.deepEqual(await store.schedules.findEntry(early.id), early);
    const patch = { kind: "override" as const, endsAtMs: NOW + 5 * MINUTE };
    const changed = await store.schedules.updateEntry(early.id, patch);
    assert.deepEqual(changed, { ...early, ...patch });
    assert.deepEqual(await store.schedules.updateEntry(early.id, {}), changed);
    assert.equal(await store.schedules.updateEntry(999, patch), null);
    assert.equal(await store.schedules.deleteEntry(early.id), true);
    assert.equal(await store.schedules.deleteEntry(early.id), false);
    assert.equal(await store.schedules.findEntry(early.id), null);
    await refuses(
      store.schedules.updateEntry(late.id, { responderId: 999 }),
      "foreign_key",
      "schedule_entries",
    );
    assert.equal(await store.schedules.delete(schedule.id), true);
    assert.equal(await store.schedules.findEntry(late.id), null);
  },
);

contract(
  "a responder is reachable by contact methods and rules, which go together",
  async (store) => {
    const { responders, ...rest } = store;
    const { ada } = await createWorld({ responders, ...rest });
    const method = {
      responderId: ada.id,
      channel: "sms" as const,
      address: "+441632960001",
      label: "Phone",
      enabled: true,
    };
    const phone = await responders.insertContactMethod(method, NOW);
    assert.deepEqual(phone, {
      ...method,
      id: phone.id,
      verifiedAtMs: null,
      createdAtMs: NOW,
      updatedAtMs: NOW,
    });
    const mail = await responders.insertContactMethod({
      ...method,
      channel: "email",
      address: "ada@example.com",
    }, NOW);
    assert.deepEqual(await responders.contactMethods(ada.id), [phone, mail]);
    assert.deepEqual(await responders.findContactMethod(phone.id), phone);
    assert.equal(await responders.findContactMethod(999), null);

    const rules = await responders.setContactRules(ada.id, [
      { urgency: "high", contactMethodId: phone.id, delayMinutes: 0 },
      { urgency: "low", contactMethodId: mail.id, delayMinutes: 0.5 },
    ]);
    assert.deepEqual(rules.map(({ delayMinutes }) => delayMinutes), [0, 0.5]);
    assert.deepEqual(await responders.contactRules(ada.id), rules);

    const { id, name, notifyOnResolve } = ada;
    const reachable = {
      id,
      name,
      notifyOnResolve,
      contactMethods: [phone, mail],
      contactRules: rules,
    };
    assert.deepEqual(await responders.reachable([999, ada.id, ada.id]), [
      reachable,
    ]);
    assert.deepEqual(await responders.reachable([]), []);

    const muted = await responders.updateContactMethod(mail.id, {
      enabled: false,
    }, NOW + 1);
    assert.deepEqual(muted, { ...mail, enabled: false, updatedAtMs: NOW + 1 });
    assert.equal(await responders.updateContactMethod(999, {}, NOW), null);
    assert.equal(await responders.deleteContactMethod(mail.id), true);
    assert.equal(await responders.deleteContactMethod(mail.id), false);
    assert.deepEqual(await responders.contactRules(ada.id), rules.slice(0, 1));
    assert.deepEqual(await responders.setContactRules(ada.id, []), []);
    await refuses(
      responders.setContactRules(ada.id, [
        { urgency: "high", contactMethodId: 999, delayMinutes: 0 },
      ]),
      "foreign_key",
      "contact_rules",
    );
    await refuses(
      responders.insertContactMethod({ ...method, responderId: 999 }, NOW),
      "foreign_key",
      "contact_methods",
    );
  },
);

async function takeTurn(
  { policies }: Pick<Repositories, "policies">,
  policyId: number,
  step: number,
): Promise<number | undefined> {
  const [turn] = await policies.takeTurns([{ policyId, step }]);
  return turn;
}

contract(
  "turns of several steps are given in the order in which they are asked for",
  async ({ policies }) => {
    const [a, b] = [{ policyId: 7, step: 0 }, { policyId: 3, step: 1 }];
    assert.deepEqual(await policies.takeTurns([a, b, a]), [0, 0, 1]);
    assert.deepEqual(await policies.takeTurns([b, a, b]), [1, 2, 2]);
    assert.deepEqual(await policies.takeTurns([]), []);
  },
);

contract(
  "every turn of a round-robin step is given once, however many ask, and a rolled-back one is given again",
  async (store, backend) => {
    const { policy } = await createWorld(store);
    const other = await backend.openAnother();
    assert.deepEqual(await store.policies.turns(policy.id), new Map());
    const taken = await Promise.all(
      Array.from(
        { length: 24 },
        (_, each) =>
          (each % 2 === 0 ? store : other)
            .transaction((tx) => takeTurn(tx, policy.id, 1)),
      ),
    );
    assert.deepEqual(
      taken.sort((a = -1, b = -1) => a - b),
      Array.from({ length: 24 }, (_, each) => each),
    );
    const failed = store.transaction(async (tx) => {
      assert.equal(await takeTurn(tx, policy.id, 1), 24);
      throw new Error("given back");
    });
    await assert.rejects(failed, /given back/);
    assert.equal(await takeTurn(store, policy.id, 1), 24);
    assert.equal(await takeTurn(store, policy.id, 0), 0);
    assert.deepEqual(
      await other.policies.turns(policy.id),
      new Map([[0, 1], [1, 25]]),
    );
    await store.sources.list({}, { page: 1, pageSize: 9 }).then(({ items }) =>
      Promise.all(items.map(({ id }) => store.sources.delete(id)))
    );
    assert.equal(await store.policies.delete(policy.id), true);
    assert.deepEqual(await store.policies.turns(policy.id), new Map());
    assert.equal(
      await takeTurn(store, policy.id, 0),
      0,
      "an open incident may still have its copy",
    );
  },
);

contract(
  "a schedule that a policy names for who is next cannot be deleted, and steps keep their turns and conditions",
  async (store) => {
    const { team, policy } = await createWorld(store);
    const schedule = await store.schedules.insert({
      teamId: team.id,
      name: "Primary",
      description: "",
      timeZone: "UTC",
    }, NOW);
    const targets = [{ kind: "next_on_call" as const, id: schedule.id }];
    const windows = [
      { fromDay: 5, fromTime: "18:00", toDay: 1, toTime: "08:00" },
    ];
    const steps: EscalationPolicy["steps"] = [{
      delayMinutes: 1,
      targets: [...targets, { kind: "schedule", id: schedule.id }],
      roundRobin: true,
      severities: ["error", "critical"],
      businessHours: { timeZone: "Europe/London", mode: "outside", windows },
    }];
    await store.policies.update(policy.id, { steps }, NOW);
    assert.deepEqual((await store.policies.find(policy.id))?.steps, steps);
    await assert.rejects(store.schedules.delete(schedule.id), {
      name: "StoreConflictError",
      reason: "foreign_key",
    });
    assert.deepEqual(await store.schedules.dependents(schedule.id), [
      { kind: "escalation_policy", id: policy.id, name: policy.name },
    ]);
  },
);
