/** From what every layer and window says to the one answer at each instant. */
import type { ScheduleEntry, Shift } from "./schedule.ts";
import type { Stretch } from "../time/weekly_windows.ts";

/** A stretch for which one layer or window names somebody. */
export interface Piece extends Stretch {
  /** The highest that covers an instant decides it. */
  rank: number;
  id: number;
  responderId: number;
  kind: "layer" | ScheduleEntry["kind"];
  replacesResponderId: number | null;
}

/**
 * Promises shifts that tile [fromMs, toMs), neighbours different: walks from edge to edge with the pieces that cover the
 * stretch between them.
 */
export function tiled(
  pieces: readonly Piece[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Shift[] {
  const coming = pieces
    .filter(({ startsAtMs, endsAtMs }) =>
      startsAtMs < toMs && endsAtMs > fromMs && startsAtMs < endsAtMs
    )
    .sort((a, b) => a.startsAtMs - b.startsAtMs);
  const tiles: Shift[] = [];
  let covering: Piece[] = [];
  let next = 0;
  for (let atMs = fromMs; atMs < toMs;) {
    covering = covering.filter(({ endsAtMs }) => endsAtMs > atMs);
    for (; (coming[next]?.startsAtMs ?? Infinity) <= atMs; next++) {
      const piece = coming[next];
      if (piece) covering.push(piece);
    }
    const endsAtMs = Math.min(
      toMs,
      coming[next]?.startsAtMs ?? Infinity,
      ...covering.map((piece) => piece.endsAtMs),
    );
    append(tiles, { startsAtMs: atMs, endsAtMs, ...decide(covering) });
    atMs = endsAtMs;
  }
  return tiles;
}

/**
 * Promises pieces that say the same and of which no two of one person at one rank overlap, those that replace somebody
 * aside. A calendar may hold thousands of events at one time, and tiling costs what covers a stretch.
 */
export function joined(pieces: readonly Piece[]): Piece[] {
  const last = new Map<string, Piece>();
  const apart: Piece[] = [];
  for (const piece of pieces.toSorted((a, b) => a.startsAtMs - b.startsAtMs)) {
    const key = `${piece.rank} ${piece.responderId}`;
    const before = last.get(key);
    if (piece.replacesResponderId !== null) apart.push(piece);
    else if (before && piece.startsAtMs <= before.endsAtMs) {
      before.endsAtMs = Math.max(before.endsAtMs, piece.endsAtMs);
    } else {
      const own = { ...piece };
      last.set(key, own);
      apart.push(own);
    }
  }
  return apart;
}

function decide(
  covering: readonly Piece[],
): Pick<Shift, "responderIds" | "overridden"> {
  const replacing = covering
    .filter((piece) => piece.replacesResponderId !== null)
    .sort((a, b) => a.id - b.id);
  const rest = covering.filter((piece) => piece.replacesResponderId === null);
  const top = Math.max(...rest.map(({ rank }) => rank));
  const deciding = rest.filter(({ rank }) => rank === top);
  const onDuty = new Set(deciding.map(({ responderId }) => responderId));
  let overridden = deciding.some(({ kind }) => kind === "override");
  // In the order of their making: who covers for somebody may be covered for in turn.
  for (const { replacesResponderId, responderId } of replacing) {
    if (replacesResponderId === null || !onDuty.delete(replacesResponderId)) {
      continue;
    }
    onDuty.add(responderId);
    overridden = true;
  }
  const responderIds = [...onDuty].sort((a, b) => a - b);
  return { responderIds, overridden };
}

/** Puts the next tile at the end; where it says the same as the last one, that one becomes longer. */
export function append(tiles: Shift[], tile: Shift): void {
  const last = tiles.at(-1);
  const goesOn = last?.overridden === tile.overridden &&
    last.responderIds.join() === tile.responderIds.join();
  if (goesOn) last.endsAtMs = tile.endsAtMs;
  else tiles.push(tile);
}
