/** What has to be done for every request that brings alerts, done for many of them at once. */
import { getLogger } from "@logtape/logtape";
import type { SourceWithPolicy } from "../../ports/directory_repositories.ts";
import type { NewPage } from "../../ports/notification_repository.ts";
import { type Repositories, StoreUnavailableError } from "../../ports/store.ts";
import type { Admitted } from "./admit_alert.ts";
import { type CheckedKey, createCheckKey } from "./check_key.ts";
import type { EarlyClaim } from "../delivery/deliver.ts";
import type { Engine } from "../engine.ts";
import { ingest, type IngestResult, mayPage } from "./ingest.ts";
import { type Arriving, ingestTogether } from "./ingest_together.ts";
import { Together } from "../together.ts";

const log = getLogger(["pagerpal", "ingest"]);

/** A group is one transaction, and pages wait while it is written: so many alerts take some milliseconds. */
const MOST_TOGETHER = 64;
/** About half a second of alerts. Who comes when so many wait is told to come again. */
const MOST_WAITING = 1_000;

interface Bucket {
  capacity: number;
  refillPerSecond: number;
}

export interface IntakeQueue {
  /** As `ingest`; throws StoreUnavailableError, and nothing is written, when the transaction of the group fails. */
  ingest(arriving: Arriving): Promise<IngestResult>;
  /** Promises the enabled source whose key it is, with a token taken where it has one, or null. */
  checkKey(key: string): Promise<CheckedKey | null>;
  /** Whether so much waits that a further request is better refused at once. */
  isFull(): boolean;
}

export interface IntakeQueueOptions {
  /** Of each source. */
  bucket: Bucket;
  /** See Deliverer; without it pages wait for a claim of their own. */
  claimEarly?: () => EarlyClaim;
}

/** Promises a queue of this process; any number of them may work on one database. */
export function createIntakeQueue(
  engine: Engine,
  { bucket, claimEarly = () => NO_CLAIM }: IntakeQueueOptions,
): IntakeQueue {
  const { store, clock } = engine;
  const arriving = new Together({
    most: MOST_TOGETHER,
    run: (group: readonly Arriving[]) =>
      ingestGroup({ engine, claimEarly }, group),
  });
  const keys = new Together({
    most: MOST_TOGETHER,
    run: (keyIds: readonly string[]) => findSources(store, keyIds),
  });
  const tokens = new Together({
    most: MOST_TOGETHER,
    run: (sourceIds: readonly number[]) =>
      store.rateLimits.takeEach(sourceIds.map(bucketOf), bucket, clock()),
  });
  return {
    ingest: (one) => arriving.add(one),
    checkKey: createCheckKey({
      findSource: (keyId) => keys.add(keyId),
      takeToken: (sourceId) => tokens.add(sourceId),
    }),
    isFull: () =>
      Math.max(arriving.waiting, keys.waiting, tokens.waiting) >= MOST_WAITING,
  };
}

const NO_CLAIM: EarlyClaim = {
  async insert({ notifications }, pages) {
    await notifications.insert(pages.map(({ notification }) => notification));
    return true;
  },
  end: () => {},
};

interface Grouping {
  engine: Engine;
  claimEarly: () => EarlyClaim;
}

function bucketOf(sourceId: number): string {
  return `source:${sourceId}`;
}

async function findSources(
  { sources }: Pick<Repositories, "sources">,
  keyIds: readonly string[],
): Promise<(SourceWithPolicy | null)[]> {
  const found = await sources.findByKeyIds(keyIds);
  const byKeyId = new Map(found.map((each) => [each.source.keyId, each]));
  return keyIds.map((keyId) => byKeyId.get(keyId) ?? null);
}

/** Promises one result for each: what could not go with the others is on its way in a transaction of its own. */
async function ingestGroup(
  { engine, claimEarly }: Grouping,
  group: readonly Arriving[],
): Promise<Promise<IngestResult>[]> {
  const nowMs = engine.clock();
  const done = await together({ engine, claimEarly }, group, nowMs);
  return group.map(({ origin, arrival }, index) => {
    const one = done[index];
    return one
      ? Promise.resolve({ repeatedMessage: false, results: [one] })
      : ingest(engine, origin, arrival);
  });
}

async function together(
  { engine, claimEarly }: Grouping,
  group: readonly Arriving[],
  nowMs: number,
): Promise<(Admitted | null)[]> {
  let claim = NO_CLAIM;
  try {
    const { admitted, isDue } = await engine.store.transaction((tx) => {
      // The transaction may be repeated.
      claim.end("rolled back");
      const own = claim = claimEarly();
      const insertPages = (pages: readonly NewPage[]) => own.insert(tx, pages);
      return ingestTogether({ engine, tx, nowMs, insertPages }, group);
    });
    claim.end("committed");
    if (isDue) engine.kick();
    else if (admitted.some((one) => one && mayPage(one))) engine.lookSoon();
    return admitted;
  } catch (error) {
    claim.end("rolled back");
    // Whether a commit that failed was carried out is not known: everybody is told to send again.
    if (error instanceof StoreUnavailableError) throw error;
    if (group.length > 1) {
      log.warn("{count} alerts are taken in one by one", {
        count: group.length,
        error,
      });
    }
    return group.map(() => null);
  }
}
