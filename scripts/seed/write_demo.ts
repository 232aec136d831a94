/** Writes what the demonstration lacks. What is there, found by its name, stays as it is. */
import { newSourceKey, type RandomBytes } from "../../src/app/secrets.ts";
import { regenerateSourceKey } from "../../src/app/sources/regenerate_source_key.ts";
import {
  DEFAULT_SOURCE_SETTINGS,
  NEW_SOURCE,
  type SourceKind,
} from "../../src/domain/intake/alert_source.ts";
import { PLAIN_STEP } from "../../src/domain/policies/escalation_policy.ts";
import type { DirectoryRepository } from "../../src/ports/directory_repositories.ts";
import type { Repositories, Store } from "../../src/ports/store.ts";
import { SENDING } from "./alerts.ts";
import { type DemoPerson, type DemoTeam, PEOPLE, TEAMS } from "./demo.ts";
import type { SourceKeys } from "./post_alerts.ts";
import { writeRota } from "./write_rota.ts";

interface Outside {
  nowMs: number;
  randomBytes: RandomBytes;
}

type Keys = Map<string, { kind: SourceKind; key: string }>;

/**
 * Promises the keys that were made now: those of new sources, and of those that should have sent an alert and have not.
 * All in one transaction. Any other source keeps its key.
 */
export function writeDemo(store: Store, outside: Outside): Promise<SourceKeys> {
  return store.transaction(async (tx) => {
    const people = new Map<string, number>();
    for (const person of PEOPLE) {
      people.set(person.name, await personId(tx, person, outside.nowMs));
    }
    const keys: Keys = new Map();
    for (const team of TEAMS) {
      await writeTeam(tx, { team, people, keys, ...outside });
    }
    return keys;
  });
}

async function personId(
  tx: Repositories,
  { name, email, timeZone, phone, whatsapp }: DemoPerson,
  nowMs: number,
): Promise<number> {
  const there = await tx.responders.findByEmail(email);
  if (there) return there.id;
  const { id: responderId } = await tx.responders.insert(
    { name, email, timeZone, notifyOnResolve: false },
    nowMs,
  );
  const reach = async (
    channel: "sms" | "whatsapp" | "email",
    address: string,
  ) => {
    const fields = { channel, address, label: "", enabled: true };
    const method = await tx.responders
      .insertContactMethod({ responderId, ...fields }, nowMs);
    // WhatsApp is still to be verified: the screens have something to show.
    if (channel === "whatsapp") return method;
    const { id } = method;
    return await tx.responders.verifyContactMethod(id, method, nowMs) ?? method;
  };
  const sms = await reach("sms", phone);
  const mail = await reach("email", email);
  const second = whatsapp ? await reach("whatsapp", phone) : mail;
  await tx.responders.setContactRules(responderId, [
    { urgency: "high", contactMethodId: sms.id, delayMinutes: 0 },
    { urgency: "high", contactMethodId: second.id, delayMinutes: 2 },
    { urgency: "low", contactMethodId: mail.id, delayMinutes: 0 },
  ]);
  return responderId;
}

interface TeamWork extends Outside {
  team: DemoTeam;
  people: ReadonlyMap<string, number>;
  keys: Keys;
}

async function writeTeam(tx: Repositories, work: TeamWork): Promise<void> {
  const { team, people, nowMs } = work;
  const ids = (names: string[]) =>
    names.map((name) => people.get(name)).filter((id) => id !== undefined);
  const { name, description } = team;
  const teamId = await ensure(tx.teams, {
    filter: {},
    row: { name, description },
    nowMs,
    made: (id) => tx.teams.setMembers(id, ids(team.members)),
  });
  const scheduleId = await ensure(tx.schedules, {
    filter: { teamId },
    row: {
      teamId,
      name: team.schedule.name,
      description: team.schedule.description,
      timeZone: team.schedule.timeZone,
      // The demonstration's people have no phones to be told on.
      handoffNoticeMinutes: null,
    },
    nowMs,
    made: (id) =>
      writeRota(tx.schedules, {
        scheduleId: id,
        schedule: team.schedule,
        people,
        nowMs,
      }),
  });
  const [second = 0] = ids([team.policy.second]);
  const { afterMinutes } = team.policy;
  const policyId = await ensure(tx.policies, {
    filter: { teamId },
    row: {
      teamId,
      name: team.policy.name,
      description: team.policy.description,
      steps: [
        {
          ...PLAIN_STEP,
          delayMinutes: afterMinutes,
          targets: [{ kind: "schedule", id: scheduleId }],
        },
        {
          ...PLAIN_STEP,
          delayMinutes: afterMinutes,
          targets: [{ kind: "responder", id: second }],
        },
        {
          ...PLAIN_STEP,
          delayMinutes: afterMinutes * 2,
          targets: [{ kind: "team", id: teamId }],
        },
      ],
      repeatCount: team.policy.repeatCount,
      acknowledgementTimeoutMinutes: team.policy.acknowledgementTimeoutMinutes,
      fallback: [],
    },
    nowMs,
  });
  for (const { name, kind } of team.sources) {
    const key = await sourceKey(tx, { teamId, policyId, name, kind }, work);
    if (key !== null) work.keys.set(name, { kind, key });
  }
}

/** Promises the id of the row of this name, writing the row when there is none. */
async function ensure<Row extends { id: number; name: string }, Filter>(
  repository: DirectoryRepository<Row, Filter>,
  { filter, row, nowMs, made }: {
    filter: Filter;
    row: Parameters<typeof repository.insert>[0];
    nowMs: number;
    made?: (id: number) => Promise<void>;
  },
): Promise<number> {
  const there = await findByName(repository, filter, row.name);
  if (there) return there.id;
  const { id } = await repository.insert(row, nowMs);
  await made?.(id);
  return id;
}

async function findByName<Row extends { name: string }, Filter>(
  repository: DirectoryRepository<Row, Filter>,
  filter: Filter,
  name: string,
): Promise<Row | null> {
  for (let page = 1;; page++) {
    const { items, totalPages } = await repository.list(filter, {
      page,
      pageSize: 200,
    });
    const found = items.find((item) => item.name === name);
    if (found) return found;
    if (page >= totalPages) return null;
  }
}

async function sourceKey(
  tx: Repositories,
  source: { teamId: number; policyId: number; name: string; kind: SourceKind },
  { randomBytes, nowMs }: Outside,
): Promise<string | null> {
  const { teamId, policyId, name, kind } = source;
  const there = await findByName(tx.sources, { teamId }, name);
  if (there) {
    if (there.lastAlertAtMs !== null || !SENDING.includes(name)) return null;
    const renewed = await regenerateSourceKey(
      tx,
      { id: there.id, by: null },
      { randomBytes, nowMs },
    );
    return renewed.key;
  }
  const key = newSourceKey(randomBytes);
  await tx.sources.insert({
    teamId,
    name,
    kind,
    escalationPolicyId: policyId,
    enabled: true,
    keyId: key.publicId,
    keyHash: key.hash,
    settings: DEFAULT_SOURCE_SETTINGS,
    ...NEW_SOURCE,
  }, nowMs);
  return key.text;
}
