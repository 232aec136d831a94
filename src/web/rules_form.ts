/** Contact rules: for each urgency which way after how long. Rows are added and taken out by buttons, without a script. */
import { RULE_LIMITS, setContactRules } from "../app/set_contact_rules.ts";
import type { NewRule } from "../app/set_contact_rules.ts";
import { URGENCIES, type Urgency } from "../domain/alert.ts";
import type { ContactMethod } from "../domain/people.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import { Problem } from "../http/problem.ts";
import type { Routes } from "../http/routes.ts";
import { demandOwn } from "./contact_forms.ts";
import { methodName } from "./contacts_view.ts";
import type { WebDeps } from "./deps.ts";
import { doneOrAgain } from "./done_or_again.ts";
import { type Form, type FormErrors, readPosted } from "./form.ts";
import { showPage } from "./page.ts";

import { urgencyWords } from "./view/reach_words.ts";
import { typedNumber } from "./view/typed_number.ts";
import { type Viewer, viewerOf } from "./viewer.ts";

/** As it was typed. */
interface Row {
  method: string;
  delay: string;
}
type Rows = Record<Urgency, Row[]>;

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
      const methods = await methodsOf(deps, responder.id);
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
      again: (errors) => show(c, deps, { viewer, rows, errors }),
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
  const { id, name } = await demandOwn(c, deps, viewer);
  const methods = await methodsOf(deps, id);
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
      options: methods.map((method) => ({
        value: String(method.id),
        label: methodName(method) + (method.enabled ? "" : ", switched off"),
      })),
      groups: URGENCIES.map((urgency) => ({
        urgency,
        title: urgencyWords(urgency),
        rows: rows[urgency],
      })),
      mostMinutes: RULE_LIMITS.delayMinutes,
    },
  });
}

function methodsOf({ store }: WebDeps, id: number): Promise<ContactMethod[]> {
  return store.responders.contactMethods(id);
}

function rowsOf(rules: readonly NewRule[]): Rows {
  const of = (urgency: Urgency) =>
    rules.filter((rule) => rule.urgency === urgency)
      .sort((a, b) => a.delayMinutes - b.delayMinutes)
      .map(({ contactMethodId, delayMinutes }) => ({
        method: String(contactMethodId),
        delay: String(delayMinutes),
      }));
  return { high: of("high"), low: of("low") };
}

function readRows(form: Form): Rows {
  const of = (urgency: Urgency) => {
    const delays = form.all(`${urgency}_delay`);
    return form.all(`${urgency}_method`).slice(0, RULE_LIMITS.rules)
      .map((method, index) => ({
        method,
        delay: delays[index]?.trim() ?? "",
      }));
  };
  return { high: of("high"), low: of("low") };
}

/** Promises the rows after a button like `add high` or `remove low 2` was pressed. */
function changed(
  rows: Rows,
  pressed: string,
  methods: readonly ContactMethod[],
): Rows {
  const [verb, word, index] = pressed.split(" ");
  const urgency = URGENCIES.find((one) => one === word);
  if (!urgency) return rows;
  const present = rows[urgency];
  if (verb === "remove") {
    return { ...rows, [urgency]: present.toSpliced(Number(index), 1) };
  }
  const used = new Set(present.map(({ method }) => method));
  const next = methods.find(({ id }) => !used.has(String(id))) ?? methods[0];
  const row = {
    method: String(next?.id ?? ""),
    delay: present.length === 0 ? "0" : "5",
  };
  return { ...rows, [urgency]: [...present, row] };
}

function rulesOf(rows: Rows): NewRule[] {
  const errors: { field: string; message: string; code: string }[] = [];
  const rules = URGENCIES.flatMap((urgency) =>
    rows[urgency].map(({ method, delay }, index) => {
      const delayMinutes = typedNumber(delay) ?? NaN;
      const most = RULE_LIMITS.delayMinutes;
      if (!(delayMinutes >= 0 && delayMinutes <= most)) {
        const message = `A number of minutes from 0 to ${most}.`;
        errors.push({
          field: `${urgency}_${index}`,
          message,
          code: "out_of_range",
        });
      }
      return { urgency, contactMethodId: Number(method), delayMinutes };
    })
  );
  if (errors.length === 0) return rules;
  throw new Problem(422, "validation_failed", "A delay is not right.", {
    errors,
  });
}
