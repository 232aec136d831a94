import assert from "node:assert/strict";
import { inEachHouse } from "./each_house.ts";
import type { House } from "./house.ts";

async function threeWays({ store }: House, responderId: number) {
  const [mail] = await store.responders.contactMethods(responderId);
  const phone = { responderId, address: "+447700900123", enabled: true };
  const sms = await store.responders.insertContactMethod(
    { ...phone, channel: "sms", label: "" },
    0,
  );
  const chat = await store.responders.insertContactMethod(
    { ...phone, channel: "whatsapp", label: "" },
    0,
  );
  return [sms.id, chat.id, mail?.id ?? 0].map(String);
}

inEachHouse(
  "the form says in words what the rules do, from the same plan that pages",
  async (house, { responder }) => {
    const [sms = "", chat = "", mail = ""] = await threeWays(house, responder);
    const tab = await house.tabOf("responder");
    const path = `/responders/${responder}/contact-rules`;
    const empty = await tab.open(path);
    assert.match(
      empty.html,
      /No rule\. <bdi>A critical alert at 03:00: e-mail, SMS and WhatsApp at once\./,
    );
    const shown = await tab.submit(path, {
      high_method: [mail, sms, sms, chat],
      high_delay: ["5", "0", "1", "2"],
      low_method: [mail],
      low_delay: ["soon"],
      do: "show",
    });
    assert.equal(shown.status, 200);
    assert.match(
      shown.html,
      /A critical alert at 03:00: SMS at once, SMS again after 1\u00A0min, WhatsApp after 2\u00A0min, e-mail after 5\u00A0min\./,
    );
    assert.match(shown.html, /once every time is a number of minutes/);
    assert.deepEqual(await house.store.responders.contactRules(responder), []);
  },
);

inEachHouse(
  "rules move on their ladder: contact methods change places, times stay",
  async (house, { responder }) => {
    const [sms = "", chat = "", mail = ""] = await threeWays(house, responder);
    const tab = await house.tabOf("responder");
    const path = `/responders/${responder}/contact-rules`;
    await tab.open(path);
    const rows = {
      high_method: [sms, chat, mail],
      high_delay: ["0", "2", "5"],
    };
    const press = async (what: string) => {
      const { html } = await tab.submit(path, { ...rows, do: what });
      return /A critical alert at 03:00: ([^.]*)\./.exec(html)?.[1]
        ?.replaceAll("\u00A0", " ");
    };
    const as = "SMS at once, WhatsApp after 2 min, e-mail after 5 min";
    assert.equal(
      await press("up high 2"),
      "SMS at once, e-mail after 2 min, WhatsApp after 5 min",
    );
    assert.equal(
      await press("down high 0"),
      "WhatsApp at once, SMS after 2 min, e-mail after 5 min",
    );
    for (
      const nowhere of [
        "up high 0",
        "down high 2",
        "up high 99",
        "up high x",
        "fly high 1",
        "up",
      ]
    ) {
      assert.equal(await press(nowhere), as, nowhere);
    }
    // All have a rule: the last one rings again.
    assert.equal(
      await press("add high"),
      `${as}, e-mail again after 10 min`,
    );
  },
);

inEachHouse(
  "ringing again is saved; the same twice at one time is shown at its row",
  async (house, { responder }) => {
    const [sms = "", , mail = ""] = await threeWays(house, responder);
    const tab = await house.tabOf("responder");
    const path = `/responders/${responder}/contact-rules`;
    await tab.open(path);
    const twice = await tab.submit(path, {
      high_method: [sms],
      high_delay: ["0"],
      low_method: [mail, sms, mail],
      low_delay: ["3", "4", "3,0"],
      do: "save",
    });
    assert.equal(twice.status, 422);
    assert.match(
      twice.html,
      /id="w-low-2">This contact method is used at this/,
    );
    const saved = await tab.submit(path, {
      high_method: [sms, sms, sms, mail],
      high_delay: ["0", "1", "2", "2"],
      do: "save",
    });
    assert.match(
      saved.html,
      /SMS at once, SMS again after 1\u00A0min, SMS again and e-mail after 2\u00A0min/,
    );
    const rules = await house.store.responders.contactRules(responder);
    assert.equal(rules.length, 4);
  },
);

inEachHouse(
  "more rules than are kept, and somebody else's contact method, are refused and nothing is lost",
  async (house, people) => {
    const [sms = ""] = await threeWays(house, people.responder);
    const [theirs] = await house.store.responders.contactMethods(people.admin);
    const tab = await house.tabOf("responder");
    const path = `/responders/${people.responder}/contact-rules`;
    await tab.open(path);
    const minutes = Array.from({ length: 50 }, (_, index) => String(index));
    const many = await tab.submit(path, {
      high_method: minutes.map(() => sms),
      high_delay: minutes,
      low_method: [sms],
      low_delay: ["0"],
    });
    assert.equal(many.status, 422);
    assert.match(many.html, /There are 51 rules; at most 50 can be kept\./);
    assert.match(many.html, /value="49"/);
    const foreign = await tab.submit(path, {
      high_method: [String(theirs?.id)],
      high_delay: ["7"],
    });
    assert.equal(foreign.status, 422);
    assert.match(foreign.html, /has no contact method/);
    assert.match(foreign.html, /value="7"/);
  },
);
