/**
 * The places of one provider: how many messages may be on their way to it at once, whatever channels they go by. Each
 * channel takes what it can use. Who has waited for longest comes first, as far as its even share of them all.
 */

/** One channel's part. */
export interface ChannelPlaces {
  /** Promises how many it has taken: all that are free, but for the share of channels that have waited for longer. */
  take(): number;
  /** Promises how many it has taken of those that are free for it, and does not wait for more. */
  takeUpTo(most: number): number;
  /** Gives back so many; the others hear of it. */
  give(count: number): void;
  /** Those it had were not enough: it waits for more. */
  wait(): void;
  /** It needs no more for now. */
  leave(): void;
  /** Settles when places are given back. */
  freed(): Promise<void>;
}

/** Promises the places of a provider, for so many channels. */
export function sharePlaces(total: number, channels: number): ChannelPlaces[] {
  const share = Math.max(1, Math.floor(total / channels));
  const held = new Map<ChannelPlaces, number>();
  /** In the order in which they began to wait. */
  const waiting = new Set<ChannelPlaces>();
  let freed = Promise.withResolvers<void>();

  function free(one: ChannelPlaces): number {
    let left = total;
    for (const count of held.values()) left -= count;
    for (const other of waiting) {
      if (other === one) break;
      left -= Math.max(0, share - (held.get(other) ?? 0));
    }
    return Math.max(0, left);
  }

  function change(one: ChannelPlaces, by: number): void {
    held.set(one, (held.get(one) ?? 0) + by);
  }

  return Array.from({ length: channels }, () => {
    const one: ChannelPlaces = {
      take() {
        const count = free(one);
        if (count > 0) waiting.delete(one);
        else waiting.add(one);
        change(one, count);
        return count;
      },
      takeUpTo(most) {
        const count = Math.min(free(one), most);
        change(one, count);
        return count;
      },
      give(count) {
        if (count === 0) return;
        change(one, -count);
        freed.resolve();
        freed = Promise.withResolvers();
      },
      wait: () => void waiting.add(one),
      leave() {
        if (!waiting.delete(one)) return;
        freed.resolve();
        freed = Promise.withResolvers();
      },
      freed: () => freed.promise,
    };
    return one;
  });
}
