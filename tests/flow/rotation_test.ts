/** Whoever has the turn is paged, to the minute of the handoff, also on the day on which the clocks change. */
import { flow } from "./flow.ts";
import type { World } from "./world.ts";

/** Lets the world go on to the instant. */
async function until(world: World, instant: string): Promise<void> {
  const seconds = Math.round((Date.parse(instant) - world.nowMs) / 1_000);
  await world.advance(`${seconds}s`);
}

flow(
  "a handoff at nine pages the next one from nine on, before and after the clocks change",
  async (world) => {
    await world.responder("ada", ["sms"]);
    await world.responder("bob", ["sms"]);
    await world.team("Payments", {
      steps: async (id) => [
        { minutes: 5, targets: [await world.rotation(id, ["ada", "bob"])] },
      ],
    });
    let number = 0;
    const expectAt = async (instant: string, name: string) => {
      await until(world, instant);
      const external_id = `probe-${++number}`;
      await world.alert({ external_id });
      world.expectPage(name, "sms");
      world.expectNoPage();
      await world.alert({ external_id, status: "resolved" });
    };
    await expectAt("2026-11-23T09:00:00Z", "ada");
    await expectAt("2026-11-30T08:59:59Z", "ada");
    await expectAt("2026-11-30T09:00:00Z", "bob");
    // Summer time begins on 28 March 2027: nine in London is now eight in UTC.
    await expectAt("2027-03-29T07:59:59Z", "bob");
    await expectAt("2027-03-29T08:00:00Z", "ada");
  },
);
