import assert from "node:assert/strict";
import type { NewCalendarDraft } from "../../../src/ports/calendar_draft_repository.ts";
import type { Store } from "../../../src/ports/store.ts";
import { contract, createWorld, MINUTE, NOW, responder } from "../fixture.ts";

async function table(store: Store) {
  const { team } = await createWorld(store);
  const schedule = await store.schedules.insert({
    teamId: team.id,
    name: "Primary",
    description: "",
    timeZone: "UTC",
    handoffNoticeMinutes: null,
  }, NOW);
  const account = async (name: string) => {
    const email = `${name}@example.com`;
    const { id } = await store.responders.insert(
      responder({ name, email }),
      NOW,
    );
    return await store.accounts.insert({
      responderId: id,
      email,
      passwordHash: "",
      role: "admin",
      enabled: true,
    }, NOW);
  };
  const grace = await account("grace");
  const draft = (changes: Partial<NewCalendarDraft> = {}) => ({
    accountId: grace.id,
    scheduleId: schedule.id,
    layerId: null,
    name: "Elsewhere",
    belowLayerId: null,
    origin: { kind: "url", sealedUrl: "sealed", shown: "example.com" } as const,
    validators: { etag: '"1"', lastModified: null },
    people: [{ text: "Robin", responderId: null }],
    content: "BEGIN:VCALENDAR",
    createdAtMs: NOW,
    ...changes,
  });
  return { grace, hedy: await account("hedy"), schedule, draft };
}

contract(
  "a draft is kept as it was given, changed and deleted once",
  async (store) => {
    const { draft } = await table(store);
    const { content, ...given } = draft();
    const made = await store.calendarDrafts.insert({ content, ...given });
    assert.deepEqual(made, { id: made.id, ...given });
    assert.deepEqual(await store.calendarDrafts.find(made.id), made);
    assert.equal(await store.calendarDrafts.content(made.id), content);
    const patch = { name: "Other", belowLayerId: 7, people: [] };
    const changed = { ...made, ...patch };
    assert.deepEqual(
      await store.calendarDrafts.update(made.id, patch),
      changed,
    );
    assert.deepEqual(await store.calendarDrafts.find(made.id), changed);
    const results = await Promise.all([
      store.calendarDrafts.delete(made.id),
      store.calendarDrafts.delete(made.id),
    ]);
    assert.deepEqual(results.toSorted(), [false, true]);
    assert.equal(await store.calendarDrafts.find(made.id), null);
    assert.equal(await store.calendarDrafts.content(made.id), null);
    assert.equal(await store.calendarDrafts.update(made.id, patch), null);
  },
);

contract(
  "of an account's drafts the newest five stay, and those of others",
  async (store) => {
    const { draft, hedy } = await table(store);
    const other = await store.calendarDrafts.insert(
      draft({ accountId: hedy.id }),
    );
    const ids: number[] = [];
    for (let n = 0; n < 7; n++) {
      ids.push((await store.calendarDrafts.insert(draft())).id);
    }
    const left = await Promise.all(
      [other.id, ...ids].map((id) => store.calendarDrafts.find(id)),
    );
    assert.deepEqual(
      left.flatMap((one) => one?.id ?? []),
      [other.id, ...ids.slice(2)],
    );
  },
);

contract(
  "old drafts are pruned, and a draft goes with its layer and its schedule",
  async (store) => {
    const { draft, schedule } = await table(store);
    const old = await store.calendarDrafts.insert(draft());
    const young = await store.calendarDrafts.insert(
      draft({ createdAtMs: NOW + MINUTE }),
    );
    assert.equal(await store.calendarDrafts.prune(NOW + 1), 1);
    assert.equal(await store.calendarDrafts.find(old.id), null);
    const { layer } = await store.calendars.insert({
      scheduleId: schedule.id,
      name: "Elsewhere",
      origin: { kind: "file", shown: "a.ics" },
      people: [],
      reading: {
        content: "",
        validators: { etag: null, lastModified: null },
        readAtMs: NOW,
        dueAtMs: NOW,
        report: {
          ...{ events: 0, matched: 0, ignored: 0, moreNames: 0 },
          ...{ names: [], unknown: [], moreUnknown: 0, remarks: [] },
        },
        windows: [],
        windowsHash: "",
      },
    }, NOW);
    const naming = await store.calendarDrafts.insert(
      draft({ layerId: layer.id, content: null }),
    );
    assert.equal(await store.calendarDrafts.content(naming.id), null);
    await store.schedules.deleteLayer(layer.id);
    assert.equal(await store.calendarDrafts.find(naming.id), null);
    assert.ok(await store.calendarDrafts.find(young.id));
    await store.schedules.delete(schedule.id);
    assert.equal(await store.calendarDrafts.find(young.id), null);
  },
);
