/** Whom the doctor looks at: the settings, and the database that they name, opened once and closed at the end. */
import type { ConfigSurvey } from "../../src/config.ts";
import { addressOf } from "../../src/open_database.ts";
import type { Store } from "../../src/ports/store.ts";
import {
  type Examination,
  examine,
} from "../../src/store/whole_database/examine.ts";
import { openStore, type StoreAddress } from "../../src/store/open.ts";

export interface Patient extends ConfigSurvey {
  /** Now, epoch milliseconds. */
  clock(): number;
  /** Look at every row, however long it takes. */
  deep: boolean;
  address(): Promise<StoreAddress>;
  /** Throws StoreUnavailableError, as `store` does. */
  examination(): Promise<Examination>;
  store(): Promise<Store>;
  close(): Promise<void>;
}

/** Promises the patient at rest: nothing is opened before a check asks for it. */
export function admit(
  survey: ConfigSurvey,
  { clock, deep }: Pick<Patient, "clock" | "deep">,
): Patient {
  const address = once(() => addressOf(survey.config.database));
  const examination = once(async () => examine(await address.get()));
  const store = once(async () =>
    await openStore({ ...await address.get(), poolSize: 2 })
  );
  return {
    ...survey,
    ...{ clock, deep },
    address: address.get,
    examination: examination.get,
    store: store.get,
    async close() {
      await Promise.allSettled([examination.close(), store.close()]);
    },
  };
}

/** What is made when it is first asked for. */
function once<T>(make: () => Promise<T>) {
  let made: Promise<T> | null = null;
  return {
    get: () => made ??= make(),
    async close() {
      const it = await made;
      if (it instanceof Object && "close" in it) {
        await (it as T & { close(): Promise<void> }).close();
      }
    },
  };
}
