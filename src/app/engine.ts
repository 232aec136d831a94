/** What every use case of paging is given: the store, the outside world as values, and a way to wake the workers. */
import type { Clock, NewId, Random } from "../ports/clock.ts";
import type { Observer } from "../ports/observer.ts";
import type { Store } from "../ports/store.ts";

export interface Engine {
  store: Store;
  clock: Clock;
  random: Random;
  newId: NewId;
  /** False: pages are recorded as suppressed, and never sent later by surprise. */
  sendingEnabled: boolean;
  /** Hears what is done. */
  observer: Observer;
  /** Tells the workers that something is due now. Returns at once and never throws. */
  kick(): void;
  /** Tells the workers that something falls due later. Returns at once and never throws. */
  lookSoon(): void;
}
