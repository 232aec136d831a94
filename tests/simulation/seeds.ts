/** Runs many seeds, one after the other, on databases of one kind. */
import { type DatabaseName, openDatabases } from "./database.ts";
import { type Outcome, type Sabotage, simulate } from "./simulation.ts";

export interface SeedsOptions {
  database: DatabaseName;
  /** The first one. */
  from: number;
  count: number;
  sabotage?: Sabotage;
  /** Hears of each seed that is done. */
  onDone?: (outcome: Outcome) => void;
}

/** Promises the first outcome with a broken promise; null when every seed kept all of them. */
export async function firstViolation(
  { database: name, from, count, sabotage, onDone }: SeedsOptions,
): Promise<Outcome | null> {
  await using databases = await openDatabases(name);
  for (let seed = from; seed < from + count; seed++) {
    await using database = await databases.empty();
    const outcome = await simulate({
      seed,
      database,
      ...(sabotage ? { sabotage } : {}),
    });
    onDone?.(outcome);
    if (outcome.violation !== null) return outcome;
  }
  return null;
}

/** Promises the story of a seed for people: its last lines, and how to see all of it again. */
export function tell(
  { seed, violation, story }: Outcome,
  { database, lines }: { database: DatabaseName; lines: number },
): string {
  const left = Math.max(0, story.length - lines);
  return [
    ...(left > 0 ? [`(${left} lines before)`] : []),
    ...story.slice(left),
    "",
    violation === null
      ? `Seed ${seed} kept every promise.`
      : `Seed ${seed} on ${database} broke a promise: ${violation}.`,
    `Again: deno task simulate --seed ${seed} --database ${database}`,
  ].join("\n");
}
