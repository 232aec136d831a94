/** Is what the database has stored whole, and has it room for more? */
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Damage, Fault } from "../../src/store/whole_database/damage.ts";
import { type Check, fail, type Line, ok, skipped, warn } from "./check.ts";
import { sizeWords } from "./words.ts";

/** A quick look at a large database is broken off after so long; a deep one takes its time. */
const QUICK_MS = 30_000;
const DEEP_MS = 24 * 60 * 60_000;

/** Promises the check that asks the database to look through what it has stored. */
export function integrity({ deep }: { deep: boolean }): Check {
  return {
    name: "integrity",
    title: "Integrity",
    after: ["database"],
    // The time that a quick look has is seen between two tables only.
    limitMs: deep ? DEEP_MS : 10 * QUICK_MS,
    async run({ examination }, signal) {
      const enough = deep
        ? signal
        : AbortSignal.any([signal, AbortSignal.timeout(QUICK_MS)]);
      const look = await examination();
      const damage = await look.findDamage({ deep, signal: enough });
      return damageLines(damage, { deep });
    },
  };
}

/** Promises what was found, or that nothing was. */
export function damageLines(
  { faults, isComplete }: Damage,
  { deep }: { deep: boolean },
): Line[] {
  if (faults.length > 0) return faults.map(faultLine);
  if (!isComplete) {
    return [
      skipped(
        `In ${QUICK_MS / 1_000} s a part was looked at, and is whole.`,
        "When there is time for all of it: deno task doctor --deep",
      ),
    ];
  }
  return [
    ok(
      deep
        ? "All of the data was read, and is whole."
        : "A quick look found no damage; --deep reads everything.",
    ),
  ];
}

function faultLine({ kind, words }: Fault): Line {
  return kind === "index_invalid"
    ? warn(`In the database, ${words}.`, "Build it again: REINDEX INDEX.")
    : fail(
      `The database is damaged: ${words}.`,
      "Stop PagerPal, keep the files as they are, and restore the last backup; look at the disk.",
    );
}

export const disk: Check = {
  name: "disk",
  title: "Disk",
  after: ["database"],
  limitMs: 5_000,
  async run({ config, examination }) {
    const sizeBytes = await (await examination()).sizeBytes();
    if (config.database.kind !== "libsql-file") {
      return [
        skipped(
          `The database takes ${sizeWords(sizeBytes)}; ` +
            "how much room its server has cannot be asked from here.",
          "Watch the disk where the database runs.",
        ),
      ];
    }
    const folder = dirname(resolve(config.database.path));
    const { bavail, bsize, ffree, files } = await statfs(folder);
    return [
      diskLine({
        sizeBytes,
        freeBytes: bavail * bsize,
        // Some file systems count no files.
        filesLeft: files > 0 ? ffree : Infinity,
      }),
    ];
  },
};

const LEAST_BYTES = 100_000_000;
const FEW_BYTES = 1_000_000_000;
/** The write-ahead log and a few temporary files. */
const LEAST_FILES = 20;

/** Promises what the room beside a SQLite file means; a backup needs as much again as the file. */
export function diskLine({ sizeBytes, freeBytes, filesLeft }: {
  sizeBytes: number;
  freeBytes: number;
  filesLeft: number;
}): Line {
  const words = `${
    sizeWords(freeBytes)
  } are free beside the database, which takes ${sizeWords(sizeBytes)}`;
  const remedy =
    "Make room on the disk: without any, alerts are answered 503 and nobody is paged.";
  if (freeBytes < LEAST_BYTES) return fail(`Only ${words}.`, remedy);
  if (filesLeft < LEAST_FILES) {
    return fail(`The disk takes ${filesLeft} more files only.`, remedy);
  }
  if (freeBytes < Math.max(FEW_BYTES, sizeBytes)) {
    return warn(
      `Only ${words}.`,
      `${remedy} A backup beside it needs room too.`,
    );
  }
  return ok(`${words}.`);
}
