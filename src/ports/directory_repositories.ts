/** What operators set up: teams, responders, schedules, policies, sources. Lists are ordered by name, then id. */
import type { AlertSource } from "../domain/intake/alert_source.ts";
import type { EscalationPolicy } from "../domain/policies/escalation_policy.ts";
import type {
  ContactMethod,
  ContactRule,
  ReachableResponder,
  Responder,
  Team,
} from "../domain/responders/people.ts";
import type {
  RotationLayer,
  Schedule,
  ScheduleEntry,
  ScheduleLayer,
  SchedulePlan,
} from "../domain/schedules/schedule.ts";
import type { Page, PageRequest } from "./store.ts";

/** A row elsewhere that would be left pointing at nothing. */
export interface Dependent {
  kind:
    | "incident"
    | "alert_source"
    | "escalation_policy"
    | "schedule"
    | "team"
    | "responder"
    | "account";
  id: number;
  name: string;
}

type New<T> = Omit<T, "id" | "createdAtMs" | "updatedAtMs">;

/** The calls that every kind has. A duplicate name or a missing reference throws StoreConflictError. */
export interface DirectoryRepository<T, Filter = Record<never, never>> {
  find(id: number): Promise<T | null>;
  list(filter: Filter, page: PageRequest): Promise<Page<T>>;
  insert(row: New<T>, nowMs: number): Promise<T>;
  /** null when there is no such row. */
  update(id: number, patch: Partial<New<T>>, nowMs: number): Promise<T | null>;
  /** false when there is no such row; StoreConflictError("foreign_key") while others refer to it. */
  delete(id: number): Promise<boolean>;
  /** Up to 20 rows that forbid the deletion. */
  dependents(id: number): Promise<Dependent[]>;
}

export interface TeamRepository extends DirectoryRepository<Team> {
  memberIds(teamId: number): Promise<number[]>;
  /** The members of each of the teams, in one query; a team without any is not in it. */
  membersOf(teamIds: readonly number[]): Promise<Map<number, number[]>>;
  setMembers(teamId: number, responderIds: number[]): Promise<void>;
}

/** What is written of a contact method; whether it is verified is not among it. */
export type ContactMethodFields = Omit<New<ContactMethod>, "verifiedAtMs">;

export interface ResponderRepository
  extends DirectoryRepository<Responder, { teamId?: number }> {
  findByEmail(email: string): Promise<Responder | null>;
  /** Those of the ids that exist, with contact methods and rules, in four queries at most however many there are. */
  reachable(ids: number[]): Promise<ReachableResponder[]>;
  /** Names and time zones of those of the ids that exist. */
  zonesOf(
    ids: readonly number[],
  ): Promise<Map<number, Pick<Responder, "name" | "timeZone">>>;
  /** IANA names by id, of those of the ids that exist. */
  timeZones(ids: number[]): Promise<Map<number, string>>;
  /** Ids of responders with an enabled admin account. */
  adminIds(): Promise<number[]>;

  contactMethods(responderId: number): Promise<ContactMethod[]>;
  findContactMethod(id: number): Promise<ContactMethod | null>;
  /** A new one is not verified. */
  insertContactMethod(
    row: ContactMethodFields,
    nowMs: number,
  ): Promise<ContactMethod>;
  /** With another channel or address it is not verified any more. */
  updateContactMethod(
    id: number,
    patch: Partial<ContactMethodFields>,
    nowMs: number,
  ): Promise<ContactMethod | null>;
  /** Marks it as verified; null when it is gone or has another channel or address by now. */
  verifyContactMethod(
    id: number,
    proved: Pick<ContactMethod, "channel" | "address">,
    nowMs: number,
  ): Promise<ContactMethod | null>;
  /** Its rules go with it; notifications that were sent keep their address. */
  deleteContactMethod(id: number): Promise<boolean>;

  contactRules(responderId: number): Promise<ContactRule[]>;
  /** Replaces all rules of the responder. */
  setContactRules(
    responderId: number,
    rules: Omit<ContactRule, "id" | "responderId">[],
  ): Promise<ContactRule[]>;
}

/** What is written of a rotation; a new one comes on top of the other layers. */
export type NewLayer = Omit<
  RotationLayer,
  "id" | "position" | "createdAtMs" | "updatedAtMs"
>;

/** Without `handoffNoticeMinutes` nobody is told of handoffs. */
export type NewSchedule =
  & Omit<New<Schedule>, "handoffNoticeMinutes">
  & Partial<Pick<Schedule, "handoffNoticeMinutes">>;

export interface ScheduleRepository
  extends DirectoryRepository<Schedule, { teamId?: number }> {
  insert(row: NewSchedule, nowMs: number): Promise<Schedule>;
  /** Those whose handoffs are told, by id, after `afterId`. */
  withHandoffNotices(
    options: { afterId: number; limit: number },
  ): Promise<Schedule[]>;

  /**
   * Makes other transactions that lock the schedule wait until this one is over, so that what is read after it stays
   * true; false when there is no such schedule.
   */
  lock(id: number): Promise<boolean>;

  /**
   * Those of the schedules that exist, each with all that decides who is on call in [fromMs, toMs), in four queries at
   * most however many there are.
   */
  plans(
    scheduleIds: readonly number[],
    fromMs: number,
    toMs: number,
  ): Promise<Map<number, SchedulePlan>>;

  /** Lowest first. */
  layers(scheduleId: number): Promise<ScheduleLayer[]>;
  findLayer(id: number): Promise<ScheduleLayer | null>;
  insertLayer(row: NewLayer, nowMs: number): Promise<RotationLayer>;
  /** A `rotation` is for a layer that has one. */
  updateLayer(
    id: number,
    patch: Partial<Pick<NewLayer, "name" | "rotation">>,
    nowMs: number,
  ): Promise<ScheduleLayer | null>;
  deleteLayer(id: number): Promise<boolean>;
  /** Puts the layers in the order of the list, lowest first; those of other schedules and unnamed ones stay as they are. */
  orderLayers(scheduleId: number, layerIds: readonly number[]): Promise<void>;

  /** Up to 200 schedules, by id, on which the responder may be on call in [fromMs, toMs). */
  ofResponder(
    responderId: number,
    fromMs: number,
    toMs: number,
  ): Promise<Schedule[]>;

  /** Entries of these schedules that overlap [fromMs, toMs), ordered by start. */
  entries(
    scheduleIds: number[],
    fromMs: number,
    toMs: number,
  ): Promise<ScheduleEntry[]>;
  findEntry(id: number): Promise<ScheduleEntry | null>;
  insertEntry(
    row: Omit<ScheduleEntry, "id" | "createdAtMs">,
    nowMs: number,
  ): Promise<ScheduleEntry>;
  updateEntry(
    id: number,
    patch: Partial<Omit<ScheduleEntry, "id" | "createdAtMs" | "scheduleId">>,
  ): Promise<ScheduleEntry | null>;
  deleteEntry(id: number): Promise<boolean>;
}

/** A step of a policy, 0-based. */
export interface PolicyStep {
  policyId: number;
  step: number;
}

export interface EscalationPolicyRepository
  extends DirectoryRepository<EscalationPolicy, { teamId?: number }> {
  /** How many turns the round-robin steps have given so far, by 0-based step; a step that has given none is missing. */
  turns(id: number): Promise<Map<number, number>>;
  /**
   * Takes a turn of each of these steps, as often as it is in the list, and promises the turns in the order of the list;
   * a step's count from 0. No other transaction gets the same ones, and one that is rolled back gives them back. The
   * policies may be gone.
   */
  takeTurns(asked: readonly PolicyStep[]): Promise<number[]>;
}

/** A source with all that opening an incident needs, read in one query. */
export interface SourceWithPolicy {
  source: AlertSource;
  policy: EscalationPolicy;
  teamName: string;
}

/** The last alert of a source, and what was wrong with it. */
export interface SeenAlert {
  sourceId: number;
  atMs: number;
  problem: string | null;
}

export interface AlertSourceRepository
  extends DirectoryRepository<AlertSource, { teamId?: number }> {
  findByKeyId(keyId: string): Promise<SourceWithPolicy | null>;
  /** The same for many at once: those that there are, in no order. */
  findByKeyIds(keyIds: readonly string[]): Promise<SourceWithPolicy[]>;
  /**
   * What ingesting leaves on sources, each once in the list; moves lastAlertAtMs forward only. For people's eyes: a source
   * that is being changed is left as it is, and a machine that fails may forget the last of it.
   */
  recordAlerts(seen: readonly SeenAlert[]): Promise<void>;
  recordProblem(id: number, problem: string, nowMs: number): Promise<void>;
}

/** What sources have declared over themselves, for alerts that come late. */
export interface RecoveryRepository {
  /** The latest start that the source itself has declared over for this key; null when none is known. */
  latestStartMs(sourceId: number, externalId: string): Promise<number | null>;
  /** Remembers it, moving forward only. */
  record(
    sourceId: number,
    externalId: string,
    startsAtMs: number,
    nowMs: number,
  ): Promise<void>;
  /** Forgets recoveries received before the instant. */
  prune(beforeMs: number): Promise<number>;
}
