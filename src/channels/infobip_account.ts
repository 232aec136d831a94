/** Whether Infobip knows our key, asked without sending anything. */
import { errorOf } from "./attempt.ts";
import {
  disconnected,
  type InfobipAccount,
  type InfobipDeps,
  infobipWords,
  refused,
} from "./infobip_api.ts";
import { readBounded } from "./read_bounded.ts";

/** `limited`: the key is known and may not read the log, so that nobody knows whether it may send. */
export type AccountAnswer =
  | { outcome: "known" }
  | { outcome: "limited" }
  | { outcome: "failed"; error: string };

/** The newest message of the log: a call that reads, and takes no report away from whoever waits for it. */
const LOG = "/sms/3/logs?limit=1";

/** Promises what Infobip says to our key. Never throws, and gives up when the signal aborts. */
export async function askAccount(
  { baseUrl, apiKey }: Pick<InfobipAccount, "baseUrl" | "apiKey">,
  { fetch, clock, signal }: InfobipDeps & { signal: AbortSignal },
): Promise<AccountAnswer> {
  try {
    const response = await fetch(baseUrl.replace(/\/+$/, "") + LOG, {
      headers: {
        "Authorization": `App ${apiKey}`,
        "Accept": "application/json",
      },
      // The key goes nowhere but to the account's own host.
      redirect: "manual",
      signal,
    });
    const text = await readBounded(response);
    if (response.ok) return { outcome: "known" };
    if (response.status === 403) return { outcome: "limited" };
    const attempt = refused(response, infobipWords(text, [apiKey]), { clock });
    return { outcome: "failed", error: errorOf(attempt) };
  } catch (error) {
    return { outcome: "failed", error: errorOf(disconnected(error, signal)) };
  }
}
