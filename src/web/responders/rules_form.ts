/** Contact rules: for each urgency which way after how long. Rows are added, moved and taken out by buttons, without a script. */
import {
  RULE_LIMITS,
  setContactRules,
} from "../../app/responders/set_contact_rules.ts";
import { URGENCIES } from "../../domain/intake/alert.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { demandOwn } from "./own_contact.ts";
import { methodName } from "./contacts_view.ts";
import type { WebDeps } from "../deps.ts";
import { doneOrAgain } from "../done_or_again.ts";
import { type FormErrors, readPosted } from "../form.ts";
import { showPage } from "../page.ts";
import {
  changed,
  errorsByRow,
  readRows,
  type Rows,
  rowsOf,
  rulesOf,
} from "./rule_rows.ts";
import {
  exampleWords,
  urgencyWords,
} from "../view/policies/ladder_sentence.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const PATH = "/responders/{id}/contact-rules";

/** Adds `/responders/{id}/contact-rules`. */
export function addRulesForm(routes: Routes, deps: WebDeps): void {
  routes.page(PATH, "responder", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const { id } = await demandOwn(c, deps, viewer);
    const rules = await deps.store.responders.contactRules(id);
    return show(c, deps, { viewer, rows: rowsOf(rules) });
  });

  routes.page(PATH, "responder", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const responder = await demandOwn(c, deps, viewer);
    const by = c.get("principal").account;
    const rows = readRows(form);
    const pressed = form.text("do");
    if (pressed !== "" && pressed !== "save") {
      const methods = await deps.store.responders.contactMethods(responder.id);
      return show(c, deps, { viewer, rows: changed(rows, pressed, methods) });
    }
    return await doneOrAgain(c, deps, {
      work: async () => {
        const rules = rulesOf(rows);
        const nowMs = deps.clock();
        const wanted = { responderId: responder.id, rules };
        await deps.store.transaction((tx) =>
          setContactRules(tx, wanted, { by, nowMs })
        );
        const said = `The contact rules of ${responder.name} are saved.`;
        return { to: `/responders/${responder.id}`, said };
      },
      again: (errors) =>
        show(c, deps, { viewer, rows, errors: errorsByRow(errors, rows) }),
    });
  }, "post");
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { viewer, rows, errors = {} }: {
    viewer: Viewer;
    rows: Rows;
    errors?: FormErrors;
  },
): Promise<Response> {
  const responder = await demandOwn(c, deps, viewer);
  const { id, name, notifyOnResolve } = responder;
  const contactMethods = await deps.store.responders.contactMethods(id);
  const preview = previewer(
    { id, name, notifyOnResolve, contactMethods },
    rows,
  );
  return showPage(c, deps, {
    template: "contact_rules",
    title: `Contact rules of ${name}`,
    place: "responders",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      id,
      name,
      errors,
      options: await Promise.all(contactMethods.map(async (method) => ({
        value: String(method.id),
        label: await methodName(method) +
          (method.enabled ? "" : ", switched off"),
      }))),
      groups: URGENCIES.map((urgency) => ({
        urgency,
        title: urgencyWords(urgency),
        rows: rows[urgency],
        preview: preview(urgency),
      })),
      mostMinutes: RULE_LIMITS.delayMinutes,
    },
  });
}

/** Promises what the rows would do, by the plan that pages; a hint where one of them is not a time yet. */
function previewer(
  person: Omit<Parameters<typeof exampleWords>[0], "contactRules">,
  rows: Rows,
) {
  return (urgency: (typeof URGENCIES)[number]): string => {
    try {
      const none = { high: [], low: [] };
      const contactRules = rulesOf({ ...none, [urgency]: rows[urgency] })
        .map((rule, id) => ({ ...rule, id, responderId: person.id }));
      return exampleWords({ ...person, contactRules }, urgency);
    } catch {
      return "What a page would do is shown here once every time is a number of minutes.";
    }
  };
}
