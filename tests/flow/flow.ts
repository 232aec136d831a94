/** One behaviour, on every database. */
import { forEachStore } from "../stores.ts";
import { World, type WorldOptions } from "./world.ts";

/** Registers the behaviour once for each database, each time in a fresh world. */
export function flow(
  name: string,
  body: (world: World) => Promise<void>,
  options: WorldOptions = {},
): void {
  forEachStore(name, async (store) => {
    await using world = await World.open(store, options);
    await body(world);
  });
}
