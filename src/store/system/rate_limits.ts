/** Token buckets that all processes share. */
import { sql } from "kysely";
import type { RateLimitRepository } from "../../ports/system_repositories.ts";
import { pruneBefore } from "../statements/deletion.ts";
import { indexable } from "../statements/page.ts";
import { prepared } from "../statements/prepared.ts";
import type { Session } from "../connection/session.ts";

interface Bucket {
  capacity: number;
  refillPerSecond: number;
  cost: number;
}

/** What is asked of one bucket; the instants are the same for all. */
interface Asked {
  key: string;
  full_at_us: number;
  now_us: number;
  latest_us: number;
}

const takeAll = prepared((_db, asked: Asked[]) => {
  const [first] = asked;
  if (!first) throw new Error("There is nothing to take.");
  const now = sql`CAST(${first.now_us} AS BIGINT)`;
  const tokens = sql`(excluded.full_at_us - ${now})`;
  return sql<{ key: string }>`
    INSERT INTO rate_limits (key, full_at_us) VALUES ${
    sql.join(asked.map((row) => sql`(${row.key}, ${row.full_at_us})`))
  }
    ON CONFLICT (key) DO UPDATE SET full_at_us =
      CASE WHEN rate_limits.full_at_us > ${now}
        THEN rate_limits.full_at_us ELSE ${now} END + ${tokens}
    WHERE rate_limits.full_at_us <= ${first.latest_us} - ${tokens}
    RETURNING key`;
});

/** A wait that is as good as never: a cost above the capacity, or a bucket that is not refilled. One year. */
const NEVER_MS = 365 * 24 * 3_600_000;
/** Keeps the instant at which the bucket is full within the whole numbers that JavaScript has. */
const LONGEST_FILL_US = NEVER_MS * 1_000;

/**
 * The generic cell rate algorithm (ITU-T I.371) on one instant per bucket, in microseconds: when it will be full again.
 * A take moves the instant on by what it costs and is refused where that would be more than the whole bucket away.
 */
export class RateLimits implements RateLimitRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  take(
    key: string,
    bucket: Bucket,
    nowMs: number,
  ): Promise<{ retryAfterMs: number }> {
    const { costUs, capacityUs } = inMicroseconds(bucket);
    if (costUs > capacityUs) {
      return Promise.resolve({ retryAfterMs: NEVER_MS });
    }
    const name = indexable(key);
    const nowUs = Math.round(nowMs * 1_000);
    const latestUs = nowUs + capacityUs - costUs;
    // A machine that fails may forget the last takes; that costs a few tokens too many and saves a wait for the disk.
    return this.#session.write(async (db) => {
      const { rows } = await sql`
        INSERT INTO rate_limits (key, full_at_us)
        VALUES (${name}, ${nowUs + costUs})
        ON CONFLICT (key) DO UPDATE SET full_at_us =
          CASE WHEN rate_limits.full_at_us > ${nowUs}
            THEN rate_limits.full_at_us ELSE ${nowUs} END + ${costUs}
        WHERE rate_limits.full_at_us <= ${latestUs}
        RETURNING full_at_us`.execute(db);
      if (rows.length > 0) return { retryAfterMs: 0 };
      const row = await db.selectFrom("rate_limits").select("full_at_us")
        .where("key", "=", name).executeTakeFirst();
      const waitUs = (row?.full_at_us ?? latestUs) - latestUs;
      return { retryAfterMs: Math.max(1, Math.ceil(waitUs / 1_000)) };
    }, { durable: false });
  }

  async takeEach(
    keys: readonly string[],
    bucket: Omit<Bucket, "cost">,
    nowMs: number,
  ): Promise<{ retryAfterMs: number }[]> {
    const taken = await this.#takeWhole(keys, bucket, nowMs);
    const answers: { retryAfterMs: number }[] = [];
    for (const key of keys) {
      // What the bucket does not hold for all who ask, it may hold for some.
      answers.push(
        taken.has(indexable(key))
          ? { retryAfterMs: 0 }
          : await this.take(key, { ...bucket, cost: 1 }, nowMs),
      );
    }
    return answers;
  }

  /** Promises the keys whose bucket held as many tokens as are asked of it. */
  #takeWhole(
    keys: readonly string[],
    bucket: Omit<Bucket, "cost">,
    nowMs: number,
  ): Promise<Set<string>> {
    const { costUs, capacityUs } = inMicroseconds({ ...bucket, cost: 1 });
    const nowUs = Math.round(nowMs * 1_000);
    // In one order, so that two processes do not wait for each other.
    const rows = [...Map.groupBy(keys, indexable)].sort(([a], [b]) =>
      a < b ? -1 : 1
    ).map(([key, asking]) => ({
      key,
      full_at_us: nowUs + asking.length * costUs,
    })).filter((row) => row.full_at_us <= nowUs + capacityUs);
    if (rows.length === 0) return Promise.resolve(new Set());
    const now = { now_us: nowUs, latest_us: nowUs + capacityUs };
    return this.#session.write(async (db) => {
      const taken = await takeAll(db, rows.map((row) => ({ ...row, ...now })));
      return new Set(taken.rows.map(({ key }) => key));
    }, { durable: false, isOneStatement: true });
  }

  async reset(key: string): Promise<void> {
    await this.#session.write((db) =>
      db.deleteFrom("rate_limits").where("key", "=", indexable(key)).execute()
    );
  }

  prune(beforeMs: number): Promise<number> {
    return pruneBefore(this.#session, {
      table: "rate_limits",
      key: ["key"],
      at: "full_at_us",
      before: Math.round(beforeMs * 1_000),
    }, { durable: false });
  }
}

/** One token takes a whole number of microseconds, rounded up: never more is given than the bucket gains. */
function inMicroseconds({ capacity, refillPerSecond, cost }: Bucket) {
  const perToken = refillPerSecond > 0
    ? Math.ceil(1_000_000 / refillPerSecond)
    : LONGEST_FILL_US;
  const most = Math.floor(LONGEST_FILL_US / Math.max(1, capacity));
  const tokenUs = Math.max(1, Math.min(perToken, most));
  return {
    costUs: Math.ceil(cost * tokenUs),
    capacityUs: Math.floor(capacity * tokenUs),
  };
}
