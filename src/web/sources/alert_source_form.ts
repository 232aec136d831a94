/** Making an alert source, and changing what it belongs to and how it is read. */
import { insertRow, updateRow } from "../../app/resource.ts";
import { newSourceKey } from "../../app/secrets.ts";
import { sourceResource } from "../../app/sources/source_fields.ts";
import { NEW_SOURCE } from "../../domain/intake/alert_source.ts";
import {
  type AlertSource,
  NO_DATA_ACTIONS,
  type SourceKind,
} from "../../domain/intake/alert_source.ts";
import { SEVERITIES } from "../../domain/intake/alert.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import { INTAKE_PATHS } from "../../http/intake_paths.ts";
import type { Routes } from "../../http/routes.ts";
import { showKey } from "./alert_source_key.ts";
import type { WebDeps } from "../deps.ts";
import { type FormErrors, formErrors, readPosted } from "../form.ts";
import { choices, everyRow } from "../load_names.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { found, parseFields, pathId } from "../posted.ts";
import { addRemoval } from "../removal.ts";
import {
  changeInput,
  newInput,
  type SourceValues,
  valuesOfForm,
  valuesOfSource,
} from "../view/sources/source_values.ts";
import { kindChoices } from "../view/sources/source_words.ts";
import { viewerOf } from "../viewer.ts";

const PATH = "/alert-sources";

/** Promises the address that a kind of source posts to. */
export function intakeUrl(
  { config }: Pick<WebDeps, "config">,
  kind: SourceKind,
): string {
  return config.baseUrl + INTAKE_PATHS[kind];
}

/** Promises alert sources as a kind of record. */
export function sourceRecords(deps: Pick<WebDeps, "config">) {
  return sourceResource((kind) => intakeUrl(deps, kind));
}

/** Adds the forms at `new`, `{id}/edit` and `{id}/delete` below `/alert-sources`. */
export function addAlertSourceForm(routes: Routes, deps: WebDeps): void {
  addCreation(routes, deps);
  addEditing(routes, deps);
  addRemoval(routes, deps, {
    path: PATH,
    place: "sources",
    label: "Alert sources",
    resource: sourceRecords(deps),
    words: {
      gone: "Its key stops working at once.",
      instead:
        "A source that has opened incidents is part of their story. Switch it off instead: edit it and take the mark from Enabled.",
    },
  });
}

function addCreation(routes: Routes, deps: WebDeps): void {
  const resource = sourceRecords(deps);
  routes.page(`${PATH}/new`, "admin", (c: EdgeContext) => {
    const values = valuesOfSource(null, c.req.query("team_id") ?? "");
    return show(c, deps, { source: null, values });
  });

  routes.page(`${PATH}/new`, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const by = c.get("principal").account;
    const { nowMs } = viewer.view;
    const values = valuesOfForm(form);
    try {
      const fields = parseFields(resource.create, newInput(values));
      const key = newSourceKey(deps.randomBytes);
      const more = { ...NEW_SOURCE, keyId: key.publicId, keyHash: key.hash };
      const source = await deps.store.transaction((tx) =>
        insertRow(tx, { resource, fields, by, nowMs, more })
      );
      return showKey(c, deps, { source, key: key.text, fresh: "made" });
    } catch (error) {
      const errors = formErrors(error, c);
      return show(c, deps, { source: null, values, errors });
    }
  }, "post");
}

function addEditing(routes: Routes, deps: WebDeps): void {
  const resource = sourceRecords(deps);
  routes.page(`${PATH}/{id}/edit`, "admin", async (c: EdgeContext) => {
    const source = await demand(c, deps);
    return show(c, deps, { source, values: valuesOfSource(source) });
  });

  routes.page(`${PATH}/{id}/edit`, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const source = await demand(c, deps);
    const by = c.get("principal").account;
    const { nowMs } = viewer.view;
    const values = valuesOfForm(form);
    try {
      const fields = parseFields(resource.change, changeInput(values, source));
      await deps.store.transaction((tx) =>
        updateRow(tx, { resource, id: source.id, fields, by, nowMs })
      );
    } catch (error) {
      const errors = formErrors(error, c);
      return show(c, deps, { source, values, errors });
    }
    leaveNotice(c, { tone: "good", text: "Saved." }, deps.config);
    return c.redirect(`${PATH}/${source.id}`, 303);
  }, "post");
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { source, values, errors = {} }: {
    source: AlertSource | null;
    values: SourceValues;
    errors?: FormErrors;
  },
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const { store } = deps;
  const usual = source?.kind === "grafana" ? "page" : "only note it";
  return showPage(c, deps, {
    template: "sources/form",
    title: source ? `Edit ${source.name}` : "Make an alert source",
    place: "sources",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      ...{ source, values, errors },
      teams: choices(await everyRow(store.teams), "Choose a team"),
      policies: choices(await everyRow(store.policies), "Choose a policy"),
      kinds: kindChoices(),
      severities: SEVERITIES.map((value) => ({ value, label: value })),
      noData: [
        { value: "", label: `As is usual for this kind: ${usual}` },
        ...NO_DATA_ACTIONS.map((value) => ({
          value,
          label: { ignore: "Only note it", page: "Page", resolve: "Resolve" }[
            value
          ],
        })),
      ],
    },
  });
}

async function demand(
  c: EdgeContext,
  { store }: WebDeps,
): Promise<AlertSource> {
  return found(await store.sources.find(pathId(c)), "alert source");
}
