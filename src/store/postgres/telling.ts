/** Makes few messages of many tellings. */

/** What commits within these milliseconds is told together. Who committed it has seen to it by itself meanwhile. */
const SETTLE_MS = 5;
/** The least time between two messages, milliseconds: on PostgreSQL each takes a lock that all who notify share. */
const SPACING_MS = 50;

export interface Telling {
  /** Sends soon. Returns at once. */
  tell(): void;
  /** Promises that nothing told is unsent, and that nothing is sent any more. */
  close(): Promise<void>;
}

/** Promises few calls of `send` for many of `tell`, the last of them after the last telling; what `send` throws is lost. */
export function createTelling(send: () => Promise<unknown>): Telling {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told = false;
  let cooling = false;
  let closed = false;

  async function sendNow(): Promise<void> {
    told = false;
    await send().catch(() => {});
  }

  function after(ms: number, work: () => void): void {
    timer = setTimeout(() => {
      timer = undefined;
      work();
    }, ms);
  }

  function sendAndCool(): void {
    void sendNow();
    cooling = true;
    after(SPACING_MS, () => {
      cooling = false;
      if (told) sendAndCool();
    });
  }

  return {
    tell() {
      if (closed) return;
      told = true;
      if (timer === undefined && !cooling) after(SETTLE_MS, sendAndCool);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      if (told) await sendNow();
    },
  };
}
