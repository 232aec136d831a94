/** Tells every open page when incidents have changed, whichever process changed them. The database is the only source. */
import { getLogger } from "@logtape/logtape";
import { sha256Hex } from "../app/secrets.ts";

const log = getLogger(["pagerpal", "web"]);

export interface ChangeFeedOptions {
  /** Promises a text that differs whenever something changed. */
  readMarker(): Promise<string>;
  /** How long to wait before the next look for what other processes wrote, milliseconds. */
  everyMs(): number;
}

/** The least time between two looks, milliseconds. */
const REST_MS = 50;

/** Is told the marker of the new state after each change; null says that the feed has ended. */
export type ChangeListener = (marker: string | null) => void;

export interface ChangeFeed {
  /** Promises the marker of what is committed now: 16 hexadecimal digits. */
  marker(): Promise<string>;
  /** Calls the listener after every change, until the returned function is called. */
  subscribe(listener: ChangeListener): () => void;
  /** Something was just written in this process: looks at once. Never throws, returns at once. */
  kick(): void;
  /** Tells all listeners that it is over, so that their connections close; later ones are told so at once. */
  close(): void;
}

/** Promises a feed that asks the database only while somebody listens. */
export function createChangeFeed(
  { readMarker, everyMs }: ChangeFeedOptions,
): ChangeFeed {
  const listeners = new Set<ChangeListener>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let known: string | null = null;
  let looking = false;
  let lookAgain = false;
  let resting: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const marker = async () => sha256Hex(await readMarker()).slice(0, 16);

  async function look(): Promise<void> {
    // What is being read already may be older than what was just written.
    lookAgain = looking || resting !== undefined;
    if (lookAgain || listeners.size === 0) return;
    looking = true;
    try {
      const found = await marker();
      if (known !== null && found !== known) {
        for (const tell of [...listeners]) tell(found);
      }
      known = found;
    } catch (error) {
      log.warn("Cannot see whether incidents have changed", { error });
    } finally {
      looking = false;
    }
    rest();
  }

  /** In a storm of changes the pages need not hear of each. */
  function rest(): void {
    if (closed) return;
    resting = setTimeout(() => {
      resting = undefined;
      if (lookAgain) void look();
    }, REST_MS);
  }

  function lookLater(): void {
    timer = setTimeout(() => {
      void look();
      lookLater();
    }, everyMs());
  }

  return {
    marker,
    subscribe(listener) {
      if (closed) {
        listener(null);
        return () => {};
      }
      listeners.add(listener);
      if (listeners.size === 1) {
        known = null;
        lookLater();
        void look();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) clearTimeout(timer);
      };
    },
    kick: () => void look(),
    close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(resting);
      for (const tell of [...listeners]) tell(null);
      listeners.clear();
    },
  };
}
