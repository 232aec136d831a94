import assert from "node:assert/strict";
import type { NewCoverRequest } from "../../../src/ports/cover_request_repository.ts";
import type { Store } from "../../../src/ports/store.ts";
import { contract, createWorld, MINUTE, NOW, responder } from "../fixture.ts";

const HOUR = 60 * MINUTE;
const PAGE = { page: 1, pageSize: 50 };

async function people(store: Store) {
  const { team, ada } = await createWorld(store);
  const person = (name: string) =>
    store.responders.insert(
      responder({ name, email: `${name.toLowerCase()}@example.com` }),
      NOW,
    );
  const grace = await person("Grace");
  const edsger = await person("Edsger");
  await store.teams.setMembers(team.id, [ada.id, grace.id]);
  const schedule = await store.schedules.insert({
    teamId: team.id,
    name: "Primary",
    description: "",
    timeZone: "UTC",
  }, NOW);
  const row = (changes: Partial<NewCoverRequest> = {}): NewCoverRequest => ({
    scheduleId: schedule.id,
    requesterId: ada.id,
    askedId: null,
    startsAtMs: NOW + HOUR,
    endsAtMs: NOW + 2 * HOUR,
    note: "Dentist",
    ...changes,
  });
  return { ada, grace, edsger, schedule, row };
}

contract("a cover request is kept as it was asked", async (store) => {
  const { row } = await people(store);
  const made = await store.coverRequests.insert(row(), NOW);
  assert.deepEqual(made, {
    ...row(),
    id: made.id,
    status: "open",
    answeredById: null,
    answeredAtMs: null,
    overrideIds: [],
    createdAtMs: NOW,
    updatedAtMs: NOW,
  });
  await store.coverRequests.setOverrides(made.id, [4, 5]);
  const found = await store.coverRequests.find(made.id);
  assert.deepEqual(found?.overrideIds, [4, 5]);
  assert.equal(await store.coverRequests.find(made.id + 1), null);
});

contract(
  "of many answers at once one counts",
  async (store, { openAnother }) => {
    const { row, grace, edsger } = await people(store);
    const { id } = await store.coverRequests.insert(row(), NOW);
    const other = await openAnother();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        const mine = index % 2 === 0 ? store : other;
        return mine.coverRequests.answer(id, {
          status: "accepted",
          answeredById: index % 2 === 0 ? grace.id : edsger.id,
          answeredAtMs: NOW,
        });
      }),
    );
    assert.equal(answers.filter((won) => won).length, 1);
    const found = await store.coverRequests.find(id);
    const winner = answers.indexOf(true) % 2 === 0 ? grace.id : edsger.id;
    assert.equal(found?.answeredById, winner);
    assert.equal(found.status, "accepted");
  },
);

contract(
  "those who asked, were asked, or are of the team see what is open",
  async (store) => {
    const { row, ada, grace, edsger } = await people(store);
    const requests = store.coverRequests;
    const toTeam = await requests.insert(row(), NOW);
    const toEdsger = await requests.insert(
      row({ askedId: edsger.id, endsAtMs: NOW + 3 * HOUR }),
      NOW,
    );
    const over = await requests.insert(
      row({ startsAtMs: NOW - HOUR, endsAtMs: NOW }),
      NOW,
    );
    const ids = async (responderId: number) =>
      (await requests.openFor(responderId, NOW, 10)).map(({ id }) => id);
    assert.deepEqual(await ids(ada.id), [toTeam.id, toEdsger.id]);
    assert.deepEqual(await ids(grace.id), [toTeam.id]);
    assert.deepEqual(await ids(edsger.id), [toEdsger.id]);
    const named = await requests.listOf(edsger.id, PAGE);
    assert.deepEqual(named.items.map(({ id }) => id), [toEdsger.id]);
    const all = await requests.listBySchedule(toTeam.scheduleId, PAGE);
    assert.deepEqual(
      all.items.map(({ id }) => id),
      [over.id, toEdsger.id, toTeam.id],
    );
    const open = await requests.openOn(toTeam.scheduleId, NOW, 10);
    assert.deepEqual(open.map(({ id }) => id), [toTeam.id, toEdsger.id]);
  },
);

contract(
  "a request whose time is over expires and takes no answer",
  async (store) => {
    const { row, grace } = await people(store);
    const { id } = await store.coverRequests.insert(row(), NOW);
    const endMs = NOW + 2 * HOUR;
    assert.equal(await store.coverRequests.expire(endMs - 1, 10), 0);
    const answer = {
      status: "accepted",
      answeredById: grace.id,
      answeredAtMs: endMs,
    } as const;
    assert.equal(await store.coverRequests.answer(id, answer), false);
    assert.equal(await store.coverRequests.expire(endMs, 10), 1);
    assert.equal((await store.coverRequests.find(id))?.status, "expired");
    assert.equal(await store.coverRequests.expire(endMs, 10), 0);
  },
);

contract("cover requests go with their schedule", async (store) => {
  const { row, schedule } = await people(store);
  const { id } = await store.coverRequests.insert(row(), NOW);
  assert.equal(await store.schedules.delete(schedule.id), true);
  assert.equal(await store.coverRequests.find(id), null);
});
