/** A form that came too late, shown once more with what was written in it, so that nobody types it twice. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import type { EdgeContext } from "../http/edge_env.ts";
import type { WebDeps } from "./deps.ts";
import { CSRF_FIELD, type Form, localPath } from "./form.ts";
import { showAlone } from "./page.ts";

export interface Again {
  /** The path that the form is posted to. */
  action: string;
  fields: [string, string][];
}

const AgainDocument = z.object({
  action: z.string(),
  fields: z.array(z.tuple([z.string(), z.string()])).max(200),
});

// They steer the way back and say nothing to a person.
const UNSHOWN = ["back", "next"];

/** Promises the page that asks whether to send the form once more, with a token that is good. */
export function showAgain(
  c: EdgeContext,
  deps: WebDeps,
  { action, fields, reason, status = 200, binding }: Again & {
    /** A sentence: why it was not taken. */
    reason: string;
    status?: ContentfulStatusCode;
    /** What the new token is bound to, where the login happened in this very request. */
    binding?: string;
  },
): Response {
  return showAlone(c, deps, {
    template: "again",
    title: "Send it again?",
    status,
    ...(binding === undefined ? {} : { binding }),
    view: {
      action,
      fields,
      reason,
      shown: fields.filter(([name]) => !UNSHOWN.includes(name)),
    },
  });
}

/** Promises what a form held, without its token and without passwords, which are not written into a page. */
export function fieldsOf(form: Form): [string, string][] {
  return form.entries().filter(([name]) =>
    name !== CSRF_FIELD && !name.includes("password")
  );
}

/** Promises the text that carries a form through the login. */
export function packAgain({ action, fields }: Again): string {
  return JSON.stringify({ action, fields });
}

/** Promises the form of such a text; null for anything else. */
export function unpackAgain(text: string): Again | null {
  if (text === "") return null;
  try {
    const parsed = AgainDocument.safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    const action = localPath(parsed.data.action, "");
    return action === "" ? null : { ...parsed.data, action };
  } catch {
    return null;
  }
}
