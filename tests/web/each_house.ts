/** As `inHouse`, once on each database: for what writes. */
import { forEachStore } from "../stores.ts";
import { House } from "./house.ts";

/** Registers the test on libSQL and on PostgreSQL, each with a furnished house. */
export function inEachHouse(
  name: string,
  body: (
    house: House,
    people: Awaited<ReturnType<House["furnish"]>>,
  ) => Promise<
    void
  >,
  env: Record<string, string> = {},
): void {
  forEachStore(name, async (store) => {
    const house = new House(store, env);
    try {
      await body(house, await house.furnish());
    } finally {
      house.pagerpal.closeStreams();
      await house.pagerpal.stop();
    }
  });
}

/** The actions in the audit log, newest first. */
export async function auditActions({ store }: House): Promise<string[]> {
  const page = { page: 1, pageSize: 50 };
  return (await store.auditLog.list({}, page)).items.map(({ action }) =>
    action
  );
}
