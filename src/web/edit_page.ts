/** Pages with one form: what is asked, what was written, what is wrong with it. */
import type { EdgeContext } from "../http/edge_env.ts";
import type { WebDeps } from "./deps.ts";
import type { FormErrors } from "./form.ts";
import { type Place, showPage } from "./page.ts";
import type { Viewer } from "./viewer.ts";

export interface Choice {
  value: string;
  label: string;
  /** A few words beside the label. */
  more?: string;
}

/** One question of a form, as the template `parts/ask` draws it. */
export interface Ask {
  name: string;
  label: string;
  help?: string;
  /** `checks`: any number of the options; `check`: yes or no. A field with `options` is a select otherwise. */
  type?:
    | "text"
    | "email"
    | "password"
    | "number"
    | "textarea"
    | "check"
    | "checks";
  options?: readonly Choice[];
  value?: string;
  /** For `check` and `checks`: what is ticked. */
  checked?: boolean;
  chosen?: readonly string[];
  required?: boolean;
  maxlength?: number;
  minlength?: number;
  autocomplete?: string;
  autofocus?: boolean;
}

export interface Crumb {
  label: string;
  href: string;
}

export interface EditPage {
  place: Place | null;
  crumbs: readonly Crumb[];
  title: string;
  /** A sentence below the title. */
  lead?: string;
  action: string;
  asks: readonly Ask[];
  submit: string;
  cancelHref: string;
  /** What deletes, apart from the rest. */
  apart?: { text: string; href: string; label: string };
  errors?: FormErrors;
}

/** Promises the page; 422 when there are errors. */
export function showEdit(
  c: EdgeContext,
  deps: WebDeps,
  { viewer, page }: { viewer: Viewer; page: EditPage },
): Promise<Response> {
  const errors = placed(page.errors ?? {}, page.asks);
  return showPage(c, deps, {
    template: "edit",
    title: page.title,
    place: page.place,
    viewer,
    view: { ...page, errors },
    status: Object.keys(errors).length > 0 ? 422 : 200,
  });
}

/** Promises the errors with those of fields that are not asked said above the form. */
export function placed(errors: FormErrors, asks: readonly Ask[]): FormErrors {
  const known = new Set(asks.map(({ name }) => name));
  const own = Object.entries(errors).filter(([field]) => known.has(field));
  const rest = Object.entries(errors).filter(([field]) => !known.has(field));
  const said = rest.map(([, message]) => message).join(" ");
  return said === ""
    ? Object.fromEntries(own)
    : { ...Object.fromEntries(own), "": said };
}
