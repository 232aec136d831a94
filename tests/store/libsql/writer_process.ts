/** Run by a test as a process of its own: opens the store at the address and writes as many teams as it is told. */
import { openStore } from "../../../src/store/open.ts";

const [url = "", name = "", count = "0"] = Deno.args;
const store = await openStore({ url });
for (let n = 0; n < Number(count); n++) {
  await store.transaction(async (tx) => {
    await tx.teams.insert({ name: `${name} ${n}`, description: "" }, n);
    await tx.seenMessages.record("count", `${name} ${n}`, n);
  });
}
await store.close();
