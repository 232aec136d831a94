/** Deleting a record: a page that names what depends on it, and a button where nothing does. */
import { refusingDependents } from "../app/dependents.ts";
import { deleteRow, type Resource, type Row } from "../app/resource.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import type { Routes } from "../http/routes.ts";
import type { Dependent } from "../ports/directory_repositories.ts";
import type { WebDeps } from "./deps.ts";
import { type FormErrors, formErrors, readPosted } from "./form.ts";
import { leaveNotice } from "./notice.ts";
import { type Place, showPage } from "./page.ts";
import { found, pathId } from "./posted.ts";
import { viewerOf } from "./viewer.ts";

type Named = Row & { name: string };
type Fields = Record<string, unknown>;

export interface Removal<T extends Named, F extends Fields, S extends Fields> {
  /** As `/schedules`; the page is below the record, at `{id}/delete`. */
  path: `/${string}`;
  place: Place;
  /** Its name in the rail, as "Schedules". */
  label: string;
  resource: Resource<T, F, S>;
  /** What goes with it, and what to do instead where it cannot go. */
  words: { gone: string; instead: string };
}

const PATHS: Record<Exclude<Dependent["kind"], "account">, string> = {
  incident: "/incidents",
  alert_source: "/alert-sources",
  escalation_policy: "/escalation-policies",
  schedule: "/schedules",
  team: "/teams",
  responder: "/responders",
};

/** Adds the page and its form. */
export function addRemoval<
  T extends Named,
  F extends Fields,
  S extends Fields,
>(
  routes: Routes,
  deps: WebDeps,
  removal: Removal<T, F, S>,
): void {
  const { path, resource } = removal;
  routes.page(
    `${path}/{id}/delete`,
    "admin",
    (c: EdgeContext) => show(c, deps, { removal }),
  );
  routes.page(`${path}/{id}/delete`, "admin", async (c: EdgeContext) => {
    const { viewer } = await readPosted(c, deps);
    const id = pathId(c);
    const repository = resource.repository(deps.store);
    const { name } = found(await repository.find(id), resource.noun);
    const by = c.get("principal").account;
    const { nowMs } = viewer.view;
    try {
      await refusingDependents(
        () => repository.dependents(id),
        `Cannot delete ${name}`,
        () =>
          deps.store.transaction((tx) =>
            deleteRow(tx, { resource, id, by, nowMs })
          ),
      );
    } catch (error) {
      return show(c, deps, { removal, errors: formErrors(error, c) });
    }
    const text = `The ${resource.noun} ${name} is deleted.`;
    leaveNotice(c, { tone: "good", text }, deps.config);
    return c.redirect(path, 303);
  }, "post");
}

async function show<T extends Named, F extends Fields, S extends Fields>(
  c: EdgeContext,
  deps: WebDeps,
  { removal, errors = {} }: { removal: Removal<T, F, S>; errors?: FormErrors },
): Promise<Response> {
  const { resource, path, place, label, words } = removal;
  const viewer = await viewerOf(c, deps);
  const id = pathId(c);
  const repository = resource.repository(deps.store);
  const { name } = found(await repository.find(id), resource.noun);
  const dependents = await repository.dependents(id);
  return showPage(c, deps, {
    template: "removal",
    title: `Delete ${name}`,
    place,
    viewer,
    status: Object.keys(errors).length > 0 ? 409 : 200,
    view: {
      ...{ id, name, path, label, words, errors, noun: resource.noun },
      dependents: dependents.map((one) => ({
        kind: one.kind.replaceAll("_", " "),
        name: one.name,
        href: one.kind === "account"
          ? `/responders/${id}/account`
          : `${PATHS[one.kind]}/${one.id}`,
      })),
    },
  });
}
