/** When something was used last: good to know, and nothing to keep anybody out for. */
import { StoreUnavailableError } from "../../ports/store.ts";
import { inTime } from "../in_time.ts";

const PATIENCE_MS = 200;

/** Waits a little for the note to be written. A database that takes no writes now lets people read all the same. */
export async function noteUse(writing: Promise<void>): Promise<void> {
  const noted = writing.catch((error) => {
    if (!(error instanceof StoreUnavailableError)) throw error;
  });
  await inTime(noted, PATIENCE_MS);
}
