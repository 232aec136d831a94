/**
 * Two who answer a cover request at the same moment. Only on PostgreSQL can a transaction read the request as open and
 * the rest after the other one's commit; libSQL has one transaction at a time.
 */
import assert from "node:assert/strict";
import {
  acceptCoverRequest,
  cancelCoverRequest,
  declineCoverRequest,
} from "../../src/app/cover/answer_cover_request.ts";
import { RefusedError } from "../../src/app/refused_error.ts";
import type { UserAccount } from "../../src/domain/responders/people.ts";
import type { Repositories, Store } from "../../src/ports/store.ts";
import { createWorld, MINUTE, NOW, responder } from "../store/fixture.ts";
import { forEachStore } from "../stores.ts";

const HOUR = 60 * MINUTE;

interface Rota {
  store: Store;
  /** The same database, as another process has it. */
  other: Store;
  requestId: number;
  /** Who asked, who was asked by name, and an admin of the same team. */
  requester: UserAccount;
  asked: UserAccount;
  admin: UserAccount;
}

type Answer = typeof acceptCoverRequest;

/** Promises an open request of one on call, on a schedule of a team of three. */
async function rota(store: Store, { byName }: { byName: boolean }) {
  const { team } = await createWorld(store);
  const person = async (name: string, role: UserAccount["role"]) => {
    const email = `${name.toLowerCase()}@example.org`;
    const { id } = await store.responders.insert(
      responder({ name, email }),
      NOW,
    );
    return await store.accounts.insert({
      ...{ responderId: id, email, role, enabled: true },
      passwordHash: "no login here",
    }, NOW);
  };
  const requester = await person("Rika", "responder");
  const asked = await person("Asra", "responder");
  const admin = await person("Milo", "admin");
  const people = [requester, asked, admin];
  await store.teams.setMembers(
    team.id,
    people.map(({ responderId }) => responderId),
  );
  const { id: scheduleId } = await store.schedules.insert({
    ...{ teamId: team.id, name: "Primary", description: "" },
    timeZone: "Europe/London",
  }, NOW);
  const window = { startsAtMs: NOW, endsAtMs: NOW + HOUR };
  await store.schedules.insertEntry({
    ...{ scheduleId, ...window, kind: "entry" },
    ...{ responderId: requester.responderId, replacesResponderId: null },
  }, NOW);
  const request = await store.coverRequests.insert({
    ...{ scheduleId, ...window, note: "" },
    requesterId: requester.responderId,
    askedId: byName ? asked.responderId : null,
  }, NOW);
  return { store, requestId: request.id, requester, asked, admin };
}

function answering(
  { requestId }: Rota,
  { answer, account }: { answer: Answer; account: UserAccount },
) {
  return (tx: Repositories) =>
    answer(tx, requestId, {
      engine: {
        newId: () => crypto.randomUUID(),
        sendingEnabled: true,
        baseUrl: "https://pager.example.com",
      },
      by: { account, role: account.role },
      nowMs: NOW,
    });
}

/** The same repositories; between the first look at the request and what comes next, `meanwhile` happens. */
function interrupted(
  tx: Repositories,
  meanwhile: () => Promise<unknown>,
): Repositories {
  let looks = 0;
  const { coverRequests } = tx;
  return {
    ...tx,
    coverRequests: new Proxy(coverRequests, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name !== "find") return value.bind(target);
        return async (id: number) => {
          const found = await target.find(id);
          if (++looks === 1) await meanwhile();
          return found;
        };
      },
    }),
  };
}

/** Answers after `first`, which another process commits while `second` is between two looks. */
function slower(
  own: Rota,
  { first, second }: Record<
    "first" | "second",
    { answer: Answer; account: UserAccount }
  >,
) {
  return own.store.transaction((tx) => {
    const commit = () => own.other.transaction(answering(own, first));
    return answering(own, second)(interrupted(tx, commit));
  });
}

function onPostgres(
  name: string,
  { byName }: { byName: boolean },
  body: (own: Rota) => Promise<void>,
): void {
  forEachStore(name, async (store, { openAnother }) => {
    const other = await openAnother();
    await body({ ...await rota(store, { byName }), other });
  }, ["PostgreSQL"]);
}

async function tells(work: Promise<unknown>, words: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof RefusedError, String(error));
    assert.deepEqual(
      [error.kind, error.code],
      ["conflict", "cover_request_closed"],
    );
    assert.match(error.message, words);
    return true;
  });
}

onPostgres(
  "who accepts a moment after another is told who was first, and changes nothing",
  { byName: false },
  async (own) => {
    await tells(
      slower(own, {
        first: { answer: acceptCoverRequest, account: own.asked },
        second: { answer: acceptCoverRequest, account: own.admin },
      }),
      /is accepted already, by Asra\./,
    );
    const request = await own.store.coverRequests.find(own.requestId);
    assert.equal(request?.answeredById, own.asked.responderId);
    const entries = await own.store.schedules
      .entries([request.scheduleId], NOW, NOW + HOUR);
    assert.deepEqual(
      entries.filter(({ kind }) => kind === "override").map(({ id }) => id),
      request.overrideIds,
    );
  },
);

onPostgres(
  "who declines or takes back a moment after it was accepted is told so",
  { byName: true },
  async (own) => {
    const first = { answer: acceptCoverRequest, account: own.asked };
    const second = { answer: cancelCoverRequest, account: own.requester };
    await tells(slower(own, { first, second }), /accepted already, by Asra\./);
    const late = { answer: declineCoverRequest, account: own.asked };
    await tells(
      own.store.transaction(answering(own, late)),
      /accepted already, by Asra\./,
    );
  },
);

onPostgres(
  "who accepts a moment after it was taken back is told so",
  { byName: false },
  async (own) => {
    await tells(
      slower(own, {
        first: { answer: cancelCoverRequest, account: own.requester },
        second: { answer: acceptCoverRequest, account: own.admin },
      }),
      /is cancelled already, by Rika\./,
    );
  },
);

onPostgres(
  "the same person accepting twice at the same moment has it once, and both times a success",
  { byName: false },
  async (own) => {
    const mine = { answer: acceptCoverRequest, account: own.admin };
    const again = await slower(own, { first: mine, second: mine });
    assert.equal(again.status, "accepted");
    assert.equal(again.overrideIds.length, 1);
  },
);
