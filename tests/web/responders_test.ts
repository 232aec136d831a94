import assert from "node:assert/strict";
import { auditActions, inEachHouse } from "./each_house.ts";
import { PASSWORD } from "./house.ts";

const NEW = {
  name: "Idris Bello",
  email: "Idris@Example.com",
  time_zone: "Europe/London",
};

inEachHouse(
  "a responder is added, reached, given a login, and deleted",
  async (house) => {
    const tab = await house.tabOf("admin");
    await tab.open("/responders/new");
    const made = await tab.submit("/responders/new", {
      ...NEW,
      notify_on_resolve: "yes",
    });
    assert.match(made.path, /^\/responders\/\d+$/);
    assert.match(made.html, /Not reachable: no contact method/);
    const path = made.path;
    const id = Number(path.split("/").at(-1));
    const responder = await house.store.responders.find(id);
    assert.equal(responder?.email, "idris@example.com");
    assert.equal(responder?.notifyOnResolve, true);

    await tab.open(`${path}/contact-methods/new`);
    const added = await tab.submit(`${path}/contact-methods/new`, {
      channel: "sms",
      address: "+44 7700 900123",
      label: "Night phone",
      enabled: "yes",
    });
    assert.match(added.html, /SMS to \+44 7700 900123 \(Night phone\)/);
    const [method] = await house.store.responders.contactMethods(id);
    assert.equal(method?.address, "+447700900123");
    const own = `${path}/contact-methods/${method?.id}`;

    await tab.submit(`${own}/disable`);
    const off = await house.store.responders.findContactMethod(method?.id ?? 0);
    assert.equal(off?.enabled, false);
    assert.equal(off?.label, "Night phone");
    const on = await tab.submit(`${own}/enable`);
    assert.match(on.html, /is switched on\./);

    await tab.open(own);
    const changed = await tab.submit(own, {
      channel: "email",
      address: "idris@example.com",
      label: "",
      enabled: "yes",
    });
    assert.match(changed.html, /E-mail to idris@example\.com/);

    await tab.open(`${path}/account`);
    const login = await tab.submit(`${path}/account`, {
      email: "idris@example.com",
      role: "viewer",
      password: PASSWORD,
    });
    assert.match(login.html, /can log in as idris@example\.com/);
    const theirs = house.tab();
    assert.equal(
      (await theirs.logIn("idris@example.com")).path,
      "/dashboard",
    );

    const blocked = await tab.open(`${path}/delete`);
    assert.match(blocked.html, new RegExp(`href="${path}/account"`));
    await tab.open(`${path}/account/delete`);
    await tab.submit(`${path}/account/delete`);
    assert.match((await theirs.open("/dashboard")).path, /^\/login/);

    await tab.open(`${own}/delete`);
    await tab.submit(`${own}/delete`);
    await tab.open(`${path}/delete`);
    assert.equal((await tab.submit(`${path}/delete`)).path, "/responders");
    assert.equal(await house.store.responders.find(id), null);
    assert.deepEqual(await auditActions(house), [
      "responder.delete",
      "contact_method.delete",
      "account.delete",
      "account.create",
      "contact_method.update",
      "contact_method.update",
      "contact_method.update",
      "contact_method.create",
      "responder.create",
    ]);
  },
);

inEachHouse(
  "what is wrong with a responder is said beside its field, and what was written stays",
  async (house) => {
    const tab = await house.tabOf("admin");
    const wrong = async (fields: Record<string, string>) => {
      await tab.open("/responders/new");
      return await tab.submit("/responders/new", { ...NEW, ...fields });
    };
    const email = await wrong({ email: "no address" });
    assert.equal(email.status, 422);
    assert.match(email.html, /An e-mail address, as maya@example\.com/);
    assert.match(email.html, /value="Idris Bello"/);
    assert.match(email.html, /value="no address"/);
    const zone = await wrong({ time_zone: "Mars/Base" });
    assert.match(zone.html, /An IANA time zone/);
    const taken = await wrong({ email: "ADMIN@example.com" });
    assert.match(taken.html, /Another record has this email already/);
  },
);

inEachHouse(
  "a contact method without a country code is refused and stays in the form",
  async (house, { responder }) => {
    const tab = await house.tabOf("responder");
    const path = `/responders/${responder}/contact-methods/new`;
    await tab.open(path);
    const refused = await tab.submit(path, {
      channel: "whatsapp",
      address: "07700 900123",
      label: "Mine",
    });
    assert.equal(refused.status, 422);
    assert.match(refused.html, /with its country code/);
    assert.match(refused.html, /value="07700 900123"/);
    assert.match(refused.html, /value="whatsapp" selected/);
    assert.match(refused.html, /value="Mine"/);
  },
);

inEachHouse(
  "contact rules gain and lose rows by buttons, keep what was typed, and are saved",
  async (house, { responder }) => {
    const { store } = house;
    const { id } = await store.responders.insertContactMethod({
      responderId: responder,
      channel: "sms",
      address: "+447700900123",
      label: "",
      enabled: true,
    }, 0);
    const [mail] = await store.responders.contactMethods(responder);
    const tab = await house.tabOf("responder");
    const path = `/responders/${responder}/contact-rules`;
    await tab.open(path);
    const rows = {
      high_method: [String(id), String(mail?.id)],
      high_delay: ["0", "soon"],
    };
    const added = await tab.submit(path, { ...rows, do: "add low" });
    assert.equal(added.status, 200);
    assert.match(added.html, /name="high_delay"[^>]* value="soon"/);
    assert.match(added.html, /name="low_delay"/);
    assert.deepEqual(await store.responders.contactRules(responder), []);

    const wrong = await tab.submit(path, { ...rows, do: "save" });
    assert.equal(wrong.status, 422);
    assert.match(wrong.html, /A number of minutes from 0 to 1440/);
    assert.match(wrong.html, /value="soon"/);

    const fewer = await tab.submit(path, { ...rows, do: "remove high 1" });
    assert.doesNotMatch(fewer.html, /value="soon"/);

    // Pressing Enter names no button.
    const saved = await tab.submit(path, {
      high_method: [String(id), String(mail?.id)],
      high_delay: ["0", "2,5"],
    });
    assert.equal(saved.path, `/responders/${responder}`);
    assert.match(saved.html, /SMS at once, e-mail after 2\u00A0min 30\u00A0s/);
    const rules = await store.responders.contactRules(responder);
    assert.deepEqual(
      rules.map(({ urgency, contactMethodId, delayMinutes }) => [
        urgency,
        contactMethodId,
        delayMinutes,
      ]),
      [["high", id, 0], ["high", mail?.id, 2.5]],
    );
    assert.deepEqual(await auditActions(house), [
      "responder.set_contact_rules",
    ]);
  },
);

inEachHouse(
  "a responder changes how they are reached themselves, nobody else's; a viewer nothing",
  async (house, people) => {
    const paths = (id: number) => [
      `/responders/${id}/contact-methods/new`,
      `/responders/${id}/contact-methods/1`,
      `/responders/${id}/contact-methods/1/delete`,
      `/responders/${id}/contact-rules`,
    ];
    const maya = await house.tabOf("responder");
    assert.equal(
      (await maya.open(`/responders/${people.responder}/contact-rules`)).status,
      200,
    );
    assert.match((await maya.open("/account")).html, /contact-methods\/new/);
    const vera = await house.tabOf("viewer");
    for (
      const [tab, id] of [
        [maya, people.admin],
        [vera, people.viewer],
        [vera, people.admin],
      ] as const
    ) {
      const page = await tab.open(`/responders/${id}`);
      assert.doesNotMatch(
        page.html,
        /contact-methods|contact-rules|\/edit|\/delete/,
      );
      const { _csrf = "" } = tab.formFields("/logout");
      for (const path of paths(id)) {
        assert.equal((await tab.open(path)).status, 403, path);
        assert.equal((await tab.post(path, { _csrf })).status, 403, path);
      }
      for (const verb of ["enable", "disable", "test"]) {
        const path = `/responders/${id}/contact-methods/1/${verb}`;
        assert.equal((await tab.post(path, { _csrf })).status, 403, path);
      }
    }
    assert.deepEqual(await auditActions(house), []);
  },
);

inEachHouse(
  "somebody else's contact method is not reached through one's own address",
  async (house, people) => {
    const [theirs] = await house.store.responders.contactMethods(people.admin);
    const tab = await house.tabOf("responder");
    await tab.open("/dashboard");
    const { _csrf = "" } = tab.formFields("/logout");
    const path =
      `/responders/${people.responder}/contact-methods/${theirs?.id}`;
    assert.equal((await tab.open(path)).status, 404);
    for (const end of ["", "/delete", "/disable", "/test"]) {
      assert.equal((await tab.post(path + end, { _csrf })).status, 404, end);
    }
  },
);

inEachHouse(
  "the last admin keeps the login, and a switched-off login is out at once",
  async (house, people) => {
    const tab = await house.tabOf("admin");
    const own = `/responders/${people.admin}/account`;
    await tab.open(own);
    const demoted = await tab.submit(own, {
      email: "admin@example.com",
      role: "viewer",
      enabled: "yes",
      password: "",
    });
    assert.equal(demoted.status, 422);
    assert.match(demoted.html, /it is the last enabled admin/);
    const maya = await house.tabOf("responder");
    const theirs = `/responders/${people.responder}/account`;
    await tab.open(theirs);
    await tab.submit(theirs, {
      email: "responder@example.com",
      role: "responder",
      password: "",
    });
    assert.match((await maya.open("/dashboard")).path, /^\/login/);
  },
);
