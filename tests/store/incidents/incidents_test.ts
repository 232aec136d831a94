import assert from "node:assert/strict";
import type { Actor } from "../../../src/domain/incidents/timeline.ts";
import type { Incident } from "../../../src/domain/incidents/incident.ts";
import type {
  CountedIncident,
  IncidentFilter,
} from "../../../src/ports/incident_repositories.ts";
import {
  contract,
  createWorld,
  MINUTE,
  newIncident,
  newPage,
  newSource,
  NOW,
  open,
  refuses,
} from "../fixture.ts";

const FIRST_PAGE = { page: 1, pageSize: 50 };

/** What was promised of a count is what the incident is then. */
function assertCounted(
  counted: CountedIncident | null,
  incident: Incident | null,
): void {
  assert.ok(counted && incident);
  const { policyId, name } = incident.policy;
  assert.deepEqual({ ...incident, ...counted, policy: { policyId, name } }, {
    ...incident,
    policy: counted.policy,
  });
}

contract("an incident comes back as it went in", async (store) => {
  const world = await createWorld(store);
  const actor: Actor = {
    kind: "responder",
    responderId: world.ada.id,
    name: "Ada",
    via: "sms",
  };
  const full = newIncident(world, {
    description: "Zeile 1\n\tZeile 2 \u{1F525}",
    status: "acknowledged",
    isTest: true,
    acknowledgedAtMs: NOW + 1,
    acknowledgedBy: actor,
    resolvedAtMs: NOW + 2,
    resolvedBy: "person",
    resolvedByActor: { kind: "system" },
    snoozedUntilMs: NOW + 3,
    exhaustedAtMs: NOW + 4,
    autoResolveAtMs: NOW + 5,
    refired: true,
    alertCount: 2 ** 40,
    labels: { "": "empty", "ключ": "значение" },
    payload: "x".repeat(65_536),
  });
  const incident = await store.incidents.insert(full);
  assert.deepEqual(incident, { ...full, id: incident?.id, version: 1 });
  assert.deepEqual(await store.incidents.find(incident?.id ?? 0), incident);
});

contract("a key has one open incident", async (store) => {
  const world = await createWorld(store);
  const first = await open(store, world);
  assert.equal(await store.incidents.insert(newIncident(world)), null);
  const { sourceId, externalId } = first;
  assert.deepEqual(await store.incidents.findOpen(sourceId, externalId), first);
  assert.equal(await store.incidents.findOpen(sourceId, "other"), null);
  assert.equal(await store.incidents.findOpen(99, externalId), null);

  const resolved = {
    ...first,
    status: "resolved" as const,
    resolvedAtMs: NOW,
    resolvedBy: "recovery" as const,
  };
  await store.incidents.save(resolved);
  assert.equal(await store.incidents.findOpen(sourceId, externalId), null);
  const second = await open(store, world);
  assert.notEqual(second.id, first.id);
  await refuses(
    store.incidents.save({ ...resolved, status: "triggered" }),
    "unique",
    "incidents.source_id, incidents.external_id",
  );
});

contract(
  "ten transactions that open the same key at once open one incident",
  async (store, { openAnother }) => {
    const world = await createWorld(store);
    const other = await openAnother();
    const opened = await Promise.all(
      Array.from(
        { length: 10 },
        (_, index) =>
          (index % 2 === 0 ? store : other).transaction(async (tx) => {
            const incident = await tx.incidents.insert(newIncident(world));
            if (incident) {
              await tx.notifications.insert([newPage(world, incident)]);
            }
            const found = await tx.incidents.findOpen(
              world.source.id,
              "disk-full",
            );
            assert.ok(found, "who lost sees the winner's incident");
            return incident;
          }),
      ),
    );
    assert.equal(
      opened.filter((one) => one !== null).length,
      1,
    );
    const { total } = await store.incidents.list({}, FIRST_PAGE);
    assert.equal(total, 1);
  },
);

contract(
  "the incident that was resolved last is the one that is found",
  async (store) => {
    const world = await createWorld(store);
    const { source } = world;
    const last = () => store.incidents.findLastResolved(source.id, "disk-full");
    assert.equal(await last(), null);
    const ended = { status: "resolved" as const, resolvedBy: "age" as const };
    const late = await open(store, world, { ...ended, resolvedAtMs: NOW + 9 });
    await open(store, world, { ...ended, resolvedAtMs: NOW + 2 });
    await open(store, world);
    assert.deepEqual(await last(), late);
  },
);

contract(
  "a lock raises the version and takes only what was asked for",
  async (store) => {
    const world = await createWorld(store);
    const incident = await open(store, world, { nextActionAtMs: NOW });
    const { id } = incident;
    const locked = await store.incidents.lock(id);
    assert.deepEqual(locked, { ...incident, version: 2 });
    const { lock } = store.incidents;
    assert.equal(typeof lock, "function");
    assert.equal(await store.incidents.lock(999), null);
    assert.equal(
      await store.incidents.lock(id, { status: ["resolved"] }),
      null,
    );
    assert.equal(await store.incidents.lock(id, { status: [] }), null);
    assert.equal(await store.incidents.lock(id, { dueByMs: NOW - 1 }), null);
    const due = await store.incidents.lock(id, {
      status: ["triggered", "acknowledged"],
      dueByMs: NOW,
    });
    assert.equal(due?.version, 3);
    await store.incidents.save({ ...incident, nextActionAtMs: null });
    assert.equal(await store.incidents.lock(id, { dueByMs: NOW }), null);
  },
);

contract(
  "two transactions decide about an incident one after the other",
  async (store, { openAnother }) => {
    const world = await createWorld(store);
    const { id } = await open(store, world, { alertCount: 0 });
    const other = await openAnother();
    await Promise.all(
      Array.from(
        { length: 10 },
        (_, index) =>
          (index % 2 === 0 ? store : other).transaction(async (tx) => {
            const incident = await tx.incidents.lock(id);
            assert.ok(incident);
            const alertCount = incident.alertCount + 1;
            await tx.incidents.save({ ...incident, alertCount });
          }),
      ),
    );
    const after = await store.incidents.find(id);
    assert.equal(after?.alertCount, 10);
    assert.equal(after?.version, 11);
  },
);

contract("a save writes every field but the version", async (store) => {
  const world = await createWorld(store);
  const incident = await open(store, world);
  const changed = {
    ...newIncident(world, {
      title: "Disk is full again",
      severity: "critical",
      status: "acknowledged",
      nextStep: 3,
      round: 2,
      nextActionAtMs: NOW + 0.4,
      labels: {},
      links: [],
      alertCount: 7,
    }),
    id: incident.id,
    version: 99,
  };
  await store.incidents.save(changed);
  assert.deepEqual(await store.incidents.find(incident.id), {
    ...changed,
    nextActionAtMs: NOW,
    version: 1,
  });
});

contract(
  "a repeated firing counts and moves the starts apart, in one write",
  async (store) => {
    const world = await createWorld(store);
    const incident = await open(store, world, {
      startsAtMs: NOW,
      latestStartsAtMs: NOW,
    });
    const repeat = async (nowMs: number, startsAtMs: number | null) => {
      const [counted] = await store.incidents.recordRepeats([{
        incidentId: incident.id,
        nowMs,
        times: 1,
        startsAtMs,
        description: "Fuller",
        links: [],
        labels: { host: "db-2" },
        payload: "{}",
        autoResolveAtMs: nowMs + MINUTE,
      }]);
      return counted ?? null;
    };
    await repeat(NOW + 10, NOW - 5);
    await repeat(NOW + 5, NOW + 7);
    const after = await repeat(NOW + 20, null);
    const found = await store.incidents.find(incident.id);
    assert.deepEqual(found, {
      ...incident,
      alertCount: 4,
      lastAlertAtMs: NOW + 20,
      startsAtMs: NOW - 5,
      latestStartsAtMs: NOW + 7,
      description: "Fuller",
      links: [],
      labels: { host: "db-2" },
      payload: "{}",
      autoResolveAtMs: NOW + 20 + MINUTE,
      version: 4,
    });
    assertCounted(after, found);
    await store.incidents.save({ ...incident, status: "resolved" });
    assert.equal(await repeat(NOW + 30, null), null);
  },
);

contract(
  "firings of many incidents are counted together, each on its own, and none on one that is resolved",
  async (store) => {
    const world = await createWorld(store);
    const before = [];
    for (let n = 0; n < 5; n++) {
      before.push(await open(store, world, { externalId: `many-${n}` }));
    }
    const [resolved, ...others] = before;
    assert.ok(resolved);
    await store.incidents.save({ ...resolved, status: "resolved" });
    const firings = before.map(({ id }, n) => ({
      incidentId: id,
      nowMs: NOW + n,
      times: n + 1,
      startsAtMs: n === 2 ? null : NOW - n,
      description: `Text ${n}`,
      links: [],
      labels: {},
      payload: "",
      autoResolveAtMs: n === 3 ? null : NOW + MINUTE,
    }));
    const counted = await store.incidents.recordRepeats(firings);
    const byId = new Map(counted.map((incident) => [incident.id, incident]));
    assert.equal(byId.size, others.length);
    for (const [index, { id, alertCount }] of others.entries()) {
      const n = index + 1;
      const incident = await store.incidents.find(id);
      assertCounted(byId.get(id) ?? null, incident);
      assert.equal(incident?.alertCount, alertCount + n + 1);
      assert.equal(incident.description, `Text ${n}`);
      assert.equal(incident.lastAlertAtMs, NOW + n);
      assert.equal(incident.autoResolveAtMs, n === 3 ? null : NOW + MINUTE);
    }
    assert.deepEqual(await store.incidents.recordRepeats([]), []);
  },
);

contract("a repeated firing is the first to name a start", async (store) => {
  const world = await createWorld(store);
  const incident = await open(store, world, {
    startsAtMs: null,
    latestStartsAtMs: null,
  });
  await store.incidents.recordRepeats([{
    incidentId: incident.id,
    nowMs: NOW,
    times: 1,
    startsAtMs: NOW - 1,
    description: "",
    links: [],
    labels: {},
    payload: "",
    autoResolveAtMs: null,
  }]);
  const after = await store.incidents.find(incident.id);
  assert.deepEqual([after?.startsAtMs, after?.latestStartsAtMs], [
    NOW - 1,
    NOW - 1,
  ]);
});

contract(
  "many are opened at once, and found by their keys; where one is open already there is no second",
  async (store) => {
    const world = await createWorld(store);
    const first = await open(store, world, { externalId: "key-3" });
    const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`);
    const ids = await store.incidents.insertMany(
      keys.map((externalId) =>
        newIncident(world, { externalId, title: `Title of ${externalId}` })
      ),
    );
    assert.equal(ids[3], null);
    const inserted = await store.incidents.find(ids[7] ?? 0);
    assert.equal(inserted?.title, "Title of key-7");
    assert.deepEqual(inserted, {
      ...first,
      id: ids[7],
      externalId: "key-7",
      title: "Title of key-7",
    });
    const found = await store.incidents.findOpenByKeys(
      [...keys, "unknown"].map((externalId) => ({
        ...{ sourceId: world.source.id, externalId },
      })),
    );
    const byKey = new Map(found.map((one) => [one.externalId, one]));
    assert.equal(byKey.size, 20);
    assert.equal(byKey.get("key-3")?.id, first.id);
    assert.equal(byKey.get("key-7")?.id, ids[7]);
    assert.equal(byKey.get("key-7")?.severity, "error");
    await store.incidents.save({ ...first, status: "resolved" });
    const gone = { sourceId: world.source.id, externalId: "key-3" };
    assert.deepEqual(await store.incidents.findOpenByKeys([gone]), []);
    assert.deepEqual(await store.incidents.findOpenByKeys([]), []);
    assert.deepEqual(await store.incidents.insertMany([]), []);
  },
);

contract("what is due is found, longest overdue first", async (store) => {
  const world = await createWorld(store);
  const add = (externalId: string, changes: Parameters<typeof open>[2]) =>
    open(store, world, { externalId, ...changes });
  assert.equal(await store.incidents.nextDueAtMs(), null);
  const late = await add("a", { nextActionAtMs: NOW });
  const later = await add("b", {
    nextActionAtMs: NOW - 5,
    status: "acknowledged",
  });
  await add("c", { nextActionAtMs: NOW + 1 });
  await add("d", { nextActionAtMs: null });
  await add("e", { nextActionAtMs: NOW - 9, status: "resolved" });
  assert.deepEqual(await store.incidents.due(NOW, 10), [later.id, late.id]);
  assert.deepEqual(await store.incidents.due(NOW, 1), [later.id]);
  assert.equal(await store.incidents.nextDueAtMs(), NOW - 5);

  const old = await add("f", {
    nextActionAtMs: null,
    autoResolveAtMs: NOW - 8,
  });
  await add("g", { autoResolveAtMs: NOW + 1 });
  await add("h", { autoResolveAtMs: NOW - 99, status: "resolved" });
  assert.deepEqual(await store.incidents.expired(NOW, 10), [old.id]);
  assert.equal(await store.incidents.nextDueAtMs(), NOW - 8);
  assert.equal(await store.incidents.countOpen(), 6);
});

contract("postponing moves what is due, and only that", async (store) => {
  const world = await createWorld(store);
  const due = await open(store, world, {
    nextActionAtMs: NOW - 1,
    autoResolveAtMs: NOW + 9 * MINUTE,
  });
  const expired = await open(store, world, {
    externalId: "b",
    status: "acknowledged",
    nextActionAtMs: null,
    autoResolveAtMs: NOW - 1,
  });
  const untilMs = NOW + MINUTE;
  const postpone = (id: number) =>
    store.incidents.postpone(id, { dueByMs: NOW, untilMs });
  assert.equal(await postpone(due.id), true);
  assert.equal(await postpone(expired.id), true);
  assert.equal(await postpone(999), false);
  assert.equal(await postpone(due.id), false, "it is no longer due");
  const times = async (id: number) => {
    const found = await store.incidents.find(id);
    return [found?.nextActionAtMs, found?.autoResolveAtMs, found?.version];
  };
  assert.deepEqual(await times(due.id), [untilMs, NOW + 9 * MINUTE, 2]);
  assert.deepEqual(await times(expired.id), [null, untilMs, 2]);
});

contract("stranded is who is triggered with nothing to come", async (store) => {
  const world = await createWorld(store);
  const add = (externalId: string, changes: Parameters<typeof open>[2]) =>
    open(store, world, { externalId, nextActionAtMs: null, ...changes });
  const stranded = await add("a", {});
  const paged = await add("b", {});
  const cancelled = await add("c", {});
  await add("d", { nextActionAtMs: NOW });
  await add("e", { isTest: true });
  await add("f", { exhaustedAtMs: NOW });
  await add("g", { status: "acknowledged" });
  await add("h", { status: "resolved" });
  await store.notifications.insert([
    newPage(world, paged),
    newPage(world, cancelled),
    newPage(world, cancelled, { kind: "resolution" }),
  ]);
  await store.notifications.cancelQueued(cancelled.id, NOW);
  assert.deepEqual(await store.incidents.stranded(10), [
    stranded.id,
    cancelled.id,
  ]);
  assert.deepEqual(await store.incidents.stranded(1), [stranded.id]);
});

contract("the list is filtered by all that can be asked", async (store) => {
  const world = await createWorld(store);
  const { team, policy, source, ada } = world;
  const dev = await store.teams.insert({ name: "Dev", description: "" }, NOW);
  const other = await store.sources.insert(
    newSource(dev, policy, { keyId: "other" }),
    NOW,
  );
  const add = (
    externalId: string,
    minutes: number,
    changes: Parameters<typeof open>[2],
  ) =>
    open(store, world, {
      externalId,
      openedAtMs: NOW + minutes * MINUTE,
      ...changes,
    });
  const a = await add("a", 1, { severity: "critical", title: "100% full" });
  const b = await add("b", 2, {
    status: "acknowledged",
    acknowledgedBy: {
      kind: "responder",
      responderId: ada.id,
      name: "Ada",
      via: "ui",
    },
  });
  const c = await add("c", 3, {
    status: "resolved",
    teamId: dev.id,
    sourceId: other.id,
    description: "DISK_1 or ÄRGER",
  });
  const d = await add("D-1000", 3, { severity: "info", title: "Disk x1" });
  await store.notifications.insert([
    newPage(world, a),
    newPage(world, c, { kind: "resolution" }),
    newPage(world, d, { responderId: 999 }),
  ]);
  const ids = async (filter: IncidentFilter) => {
    const { items, total } = await store.incidents.list(filter, FIRST_PAGE);
    assert.equal(items.length, total);
    return items.map(({ id }) => id);
  };
  const cases: [IncidentFilter, number[]][] = [
    [{}, [d.id, c.id, b.id, a.id]],
    [{ statuses: ["triggered"] }, [d.id, a.id]],
    [{ statuses: ["acknowledged", "resolved"] }, [c.id, b.id]],
    [{ statuses: [] }, []],
    [{ severities: ["critical", "info"] }, [d.id, a.id]],
    [{ severities: [] }, []],
    [{ teamId: team.id }, [d.id, b.id, a.id]],
    [{ sourceId: other.id }, [c.id]],
    [{ sourceId: source.id, statuses: ["acknowledged"] }, [b.id]],
    [{ responderId: ada.id }, [b.id, a.id]],
    [{ responderId: 999 }, [d.id]],
    [{ openedFromMs: NOW + 2 * MINUTE }, [d.id, c.id, b.id]],
    [{ openedBeforeMs: NOW + 2 * MINUTE }, [a.id]],
    [{ text: "%" }, [a.id]],
    [{ text: "DISK_" }, [c.id]],
    [{ text: "disk x" }, [d.id]],
    [{ text: "d-10" }, [d.id]],
    [{ text: "\\" }, []],
    [{ text: "ÄRGER" }, [c.id]],
    [{ text: "ärger" }, []],
    [{ text: "" }, [d.id, c.id, b.id, a.id]],
    [{ text: "x".repeat(1_000_000) }, []],
    [{ text: "\u0000100%\0" }, [a.id]],
  ];
  for (const [filter, expected] of cases) {
    const told = JSON.stringify(filter).slice(0, 80);
    assert.deepEqual(await ids(filter), expected, told);
  }
});

contract(
  "a list shows names and no long texts, page by page",
  async (store) => {
    const world = await createWorld(store);
    for (let n = 0; n < 7; n++) {
      await open(store, world, {
        externalId: `e${n}`,
        openedAtMs: NOW + n % 2,
      });
    }
    const first = await store.incidents.list({}, { page: 1, pageSize: 3 });
    assert.deepEqual([first.total, first.totalPages, first.page], [7, 3, 1]);
    const { description, links, labels, policy, payload, ...summary } =
      await store.incidents.find(first.items[0]?.id ?? 0) ?? newIncident(world);
    assert.ok(description && links && labels && policy && payload);
    assert.deepEqual(first.items[0], {
      ...summary,
      teamName: "Ops",
      sourceName: "Grafana",
    });
    const all = [];
    for (const page of [1, 2, 3, 4]) {
      const { items } = await store.incidents.list({}, { page, pageSize: 3 });
      all.push(...items.map(({ externalId }) => externalId));
    }
    assert.deepEqual(all, ["e5", "e3", "e1", "e6", "e4", "e2", "e0"]);
    const huge = { page: Number.MAX_SAFE_INTEGER, pageSize: 1e9 };
    assert.deepEqual((await store.incidents.list({}, huge)).items, []);
  },
);

contract(
  "the story of an incident is told in order and in parts",
  async (store) => {
    const world = await createWorld(store);
    const incident = await open(store, world);
    const other = await open(store, world, { externalId: "other" });
    assert.equal(await store.timeline.last(incident.id), null);
    const actor: Actor = {
      kind: "source",
      sourceId: 1,
      name: "Grafana \u{1F4C8}",
    };
    const entries = Array.from({ length: 5 }, (_, n) => ({
      kind: "alert_noted" as const,
      atMs: NOW - n,
      actor,
      detail: { n, text: "Ö", list: [1, 2], none: null, yes: true },
    }));
    await store.timeline.add(incident.id, []);
    await store.timeline.add(incident.id, entries);
    await store.timeline.add(other.id, entries.slice(0, 1));
    const all = await store.timeline.list(incident.id, {
      afterId: 0,
      limit: 99,
    });
    assert.deepEqual(
      all.map(({ id: _id, incidentId: _incidentId, ...entry }) => entry),
      entries,
    );
    assert.ok(all.every(({ incidentId }) => incidentId === incident.id));
    const part = await store.timeline.list(incident.id, {
      afterId: all[1]?.id ?? 0,
      limit: 2,
    });
    assert.deepEqual(part, all.slice(2, 4));
    assert.deepEqual(await store.timeline.last(incident.id), all[4]);
    await refuses(
      store.timeline.add(999, entries),
      "foreign_key",
      "timeline_entries",
    );
    const many = Array.from({ length: 1_200 }, () => entries[0] ?? all[0]);
    await store.timeline.add(other.id, many.filter((one) => one !== undefined));
    const most = await store.timeline.list(other.id, {
      afterId: 0,
      limit: 1e9,
    });
    assert.equal(most.length, 1_000);
  },
);

contract(
  "text that no database takes loses only what cannot be kept",
  async (store) => {
    const world = await createWorld(store);
    const incident = await open(store, world, {
      title: "a\0b\ud800c",
      externalId: "k\0ey",
      description: "\udc00",
      payload: '{"a":"\0"}',
      labels: { "a\0": "\0" },
    });
    assert.equal(incident.title, "ab\ufffdc");
    assert.equal(incident.externalId, "key");
    assert.equal(incident.description, "\ufffd");
    assert.equal(incident.payload, '{"a":""}');
    assert.deepEqual(incident.labels, { "a\0": "\0" });
    const found = await store.incidents.findOpen(world.source.id, "k\0ey");
    assert.deepEqual(found, incident);
  },
);

contract(
  "many that are opened at once keep each character that a database takes, and numbers and what is missing",
  async (store) => {
    const world = await createWorld(store);
    const odd = newIncident(world, {
      externalId: "odd",
      title: "a\0b\ud800c \\u0000 'ö' \"\u0001 😀",
      description: "first\nsecond\t\u2028",
      labels: { "a\0": "\0", path: "C:\\u" },
      startsAtMs: null,
      autoResolveAtMs: Number.MAX_SAFE_INTEGER,
    });
    const plain = newIncident(world, { externalId: "plain" });
    const [id, plainId] = await store.incidents.insertMany([odd, plain]);
    assert.deepEqual(await store.incidents.find(id ?? 0), {
      ...odd,
      id,
      version: 1,
      title: "ab\ufffdc \\u0000 'ö' \"\u0001 😀",
    });
    const other = await store.incidents.find(plainId ?? 0);
    assert.deepEqual(other, { ...plain, id: plainId, version: 1 });
  },
);
