/** Forms as they arrive: within limits, from our own page, for this very session. */
import type { EdgeContext } from "../http/edge_env.ts";
import { problemOf } from "../http/error_table.ts";
import { refuseForeignOrigin } from "../http/origins.ts";
import { Problem } from "../http/problem.ts";
import { decodeText, readBody } from "../http/read_body.ts";
import type { WebDeps } from "./deps.ts";
import { bindingOf, type Viewer, viewerOf } from "./viewer.ts";

export const FORM_LIMITS = { bytes: 256 * 1024, withinMs: 30_000 } as const;
const ENCODED = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data";

/** What a form may hold that takes a file; the sentence is for whoever sends more. */
export interface UploadLimits {
  bytes: number;
  message: string;
}
export const CSRF_FIELD = "_csrf";

/** The fields of a form that was sent. */
export class Form {
  readonly #fields: URLSearchParams;
  readonly #files: ReadonlyMap<string, File>;
  constructor(
    fields: URLSearchParams,
    files: ReadonlyMap<string, File> = new Map(),
  ) {
    this.#fields = fields;
    this.#files = files;
  }
  /** Promises the file that was chosen; null where none was. */
  file(name: string): File | null {
    return this.#files.get(name) ?? null;
  }
  /** Promises the field's first value with the white space around it gone; empty when it is missing. */
  text(name: string): string {
    return this.#fields.get(name)?.trim() ?? "";
  }
  /** The first value as it was typed, for passwords. */
  exact(name: string): string {
    return this.#fields.get(name) ?? "";
  }
  /** Every value of the field. */
  all(name: string): string[] {
    return this.#fields.getAll(name);
  }
  /** A checkbox or a button that was pressed. */
  has(name: string): boolean {
    return this.#fields.has(name);
  }
  entries(): [string, string][] {
    return [...this.#fields.entries()];
  }
}

/** The form is ours but its token is not good any more: shown again with what was typed, to be sent once more. */
export class StaleForm extends Problem {
  constructor(readonly form: Form) {
    super(
      403,
      "stale_form",
      "This form was open for too long, or you have logged in again since. Nothing was changed.",
    );
  }
}

/**
 * Promises the form of the request. Throws 403 for one that another site's page has sent, StaleForm for one whose token
 * does not belong to `binding`, 413 and 408 for one that is too large or too slow.
 */
export async function readForm(
  c: EdgeContext,
  deps: WebDeps,
  binding: string,
  upload?: UploadLimits,
): Promise<Form> {
  refuseForeignOrigin(c, deps.config);
  const form = await readFields(c, deps, upload);
  if (deps.csrf.verify(binding, form.text(CSRF_FIELD))) return form;
  // Shown again it would carry a good token: only where the browser itself says that our own page has sent it.
  if (!isFromOurPage(c)) {
    throw new Problem(
      403,
      "cross_site",
      "This request did not come from a page of PagerPal. Nothing was changed.",
    );
  }
  throw new StaleForm(form);
}

/** Promises the viewer who sent the form, and the form, for a route that demanded a role; files only with `upload`. */
export async function readPosted(
  c: EdgeContext,
  deps: WebDeps,
  upload?: UploadLimits,
): Promise<{ viewer: Viewer; form: Form }> {
  const viewer = await viewerOf(c, deps);
  return { viewer, form: await readForm(c, deps, bindingOf(viewer), upload) };
}

/** Promises the fields without asking where they come from. */
export async function readFields(
  c: EdgeContext,
  { bodyBudget }: Pick<WebDeps, "bodyBudget">,
  upload?: UploadLimits,
): Promise<Form> {
  const type = c.req.header("content-type") ?? "";
  const hasFiles = upload !== undefined && type.startsWith(MULTIPART);
  if (!hasFiles && !type.startsWith(ENCODED)) {
    const words = `Send the form as ${upload ? MULTIPART : ENCODED}.`;
    throw new Problem(415, "unsupported_media_type", words);
  }
  const limits = { ...FORM_LIMITS, ...upload, budget: bodyBudget };
  const held = await readBody(c.req.raw, limits);
  try {
    return hasFiles
      ? await multipartForm(held.bytes, type)
      : new Form(new URLSearchParams(decodeText(held.bytes)));
  } finally {
    held.release();
  }
}

async function multipartForm(bytes: Uint8Array, type: string): Promise<Form> {
  const body = new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { "content-type": type },
  });
  const data = await body.formData().catch(() => null);
  if (!data) {
    throw new Problem(400, "malformed_form", "The form arrived damaged.");
  }
  const fields = new URLSearchParams();
  const files = new Map<string, File>();
  for (const [name, value] of data) {
    if (typeof value === "string") fields.append(name, value);
    // A browser sends one without a name where none was chosen.
    else if (value.name !== "") files.set(name, value);
  }
  return new Form(fields, files);
}

/** Whether the browser says that a page of this origin has sent the request (Fetch Metadata, or else `Origin`). */
export function isFromOurPage(c: EdgeContext): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  const origin = c.req.header("origin");
  if (origin === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === c.req.header("host");
}

/** Sentences by field; `""` for what is wrong with the whole. */
export type FormErrors = Record<string, string>;

/**
 * Promises the errors to show beside the fields for a refusal that the person can do something about; throws on
 * whatever else went wrong.
 */
export function formErrors(error: unknown, c: EdgeContext): FormErrors {
  const problem = problemOf(error, c.get("requestId"));
  if (![409, 422, 429].includes(problem.status)) throw error;
  const fields = problem.more.errors ?? [];
  if (fields.length === 0) return { "": problem.message };
  return Object.fromEntries(
    fields.map(({ field, message }) => [field, message]),
  );
}

/** Promises the path if it is one of ours, else `otherwise`: never a way to another site. */
export function localPath(path: string, otherwise: string): string {
  return /^\/(?![/\\])[^\s\\]*$/.test(path) && path.length <= 2_000
    ? path
    : otherwise;
}
