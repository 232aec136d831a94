/** The page that asks before something is taken away that nothing else needs. */
import type { EdgeContext } from "../http/edge_env.ts";
import type { WebDeps } from "./deps.ts";
import type { Crumb } from "./edit_page.ts";
import type { FormErrors } from "./form.ts";
import { type Place, showPage } from "./page.ts";
import type { Viewer } from "./viewer.ts";

export interface ConfirmPage {
  place: Place | null;
  crumbs: readonly Crumb[];
  /** As `Delete SMS +44 7700 900123`; the button says the same. */
  title: string;
  /** What goes with it, a sentence. */
  lead: string;
  action: string;
  cancelHref: string;
  errors?: FormErrors;
}

/** Promises the page; 409 when it was refused. */
export function showConfirm(
  c: EdgeContext,
  deps: WebDeps,
  { viewer, page }: { viewer: Viewer; page: ConfirmPage },
): Promise<Response> {
  const { errors = {}, place, title } = page;
  return showPage(c, deps, {
    template: "confirm",
    title,
    place,
    viewer,
    view: { ...page, errors },
    status: Object.keys(errors).length > 0 ? 409 : 200,
  });
}
