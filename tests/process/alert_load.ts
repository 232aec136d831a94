/** Alerts that arrive at a steady rate, whatever becomes of those before them. */
import { ALERT } from "./desk.ts";
import type { Server } from "./server.ts";

const BATCHES_PER_SECOND = 20;

export interface Load {
  /** The ids of the incidents whose alerts were answered 201 so far, in the order of the answers. */
  answered: number[];
  /** Promises that no more is sent, and that what was sent was answered or refused. */
  stop(): Promise<void>;
}

/** Begins to send alerts of incidents of their own. */
export function startLoad(
  server: Server,
  { key, perSecond }: { key: string; perSecond: number },
): Load {
  const answered: number[] = [];
  const sent = new Set<Promise<void>>();
  let next = 0;
  const post = async () => {
    const body = { ...ALERT, external_id: `load-${next++}` };
    const reply = await server.request("POST", "/api/v1/alerts", { key, body })
      .catch(() => null);
    if (reply?.status === 201) answered.push(reply.body.id);
  };
  const timer = setInterval(() => {
    for (let count = perSecond / BATCHES_PER_SECOND; count > 0; count--) {
      const sending = post().finally(() => sent.delete(sending));
      sent.add(sending);
    }
  }, 1_000 / BATCHES_PER_SECOND);
  return {
    answered,
    async stop() {
      clearInterval(timer);
      await Promise.all(sent);
    },
  };
}
