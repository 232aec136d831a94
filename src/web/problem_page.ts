/** What a person sees when something is refused, missing or broken. */
import type { EdgeContext } from "../http/edge_env.ts";
import type { Problem } from "../http/problem.ts";
import type { WebDeps } from "./deps.ts";
import { fieldsOf, packAgain, showAgain } from "./again.ts";
import { isFromOurPage, readFields, StaleForm } from "./form.ts";
import { showLogin } from "./accounts/login.ts";
import { isLiveRefresh, showAlone } from "./page.ts";

/**
 * Promises a page for a browser; null for a program, which gets the problem document. Who is not logged in is sent to
 * the login and back; a form sent too late is shown again with what was written in it.
 */
export function problemPage(
  deps: WebDeps,
): (problem: Problem, c: EdgeContext) => Response | Promise<Response> | null {
  return (problem, c) => {
    if (!isForPerson(c)) return null;
    if (problem.status === 401) return logInFirst(c, deps);
    if (problem instanceof StaleForm) {
      return showAgain(c, deps, {
        action: c.req.path,
        fields: fieldsOf(problem.form),
        reason: problem.message,
        status: 403,
      });
    }
    for (const [name, value] of Object.entries(problem.more.headers ?? {})) {
      c.header(name, value);
    }
    return showAlone(c, deps, {
      template: "problem",
      title: titleOf(problem.status),
      status: problem.status,
      view: {
        title: titleOf(problem.status),
        message: problem.message,
        hint: HINTS[problem.status] ?? "",
      },
    });
  };
}

const TITLES: Record<number, string> = {
  403: "This is not allowed",
  404: "Not found",
  405: "This address does not take that",
  409: "That is not possible now",
  413: "That is too large",
  422: "Something in it is not right",
  429: "Too many attempts",
  500: "Something went wrong on our side",
  503: "PagerPal is busy",
};

const HINTS: Record<number, string> = {
  403: "If you need to do this, ask an admin to change your role.",
  404: "It may have been deleted, or the address was cut off on its way.",
  500:
    "Paging goes on regardless of this page. Try again; if it stays like this, tell whoever runs PagerPal the request id below.",
  503: "Try again in a few seconds.",
};

function titleOf(status: number): string {
  return TITLES[status] ?? "That did not work";
}

function isForPerson(c: EdgeContext): boolean {
  if (/^\/(api|health|metrics)(\/|$)/.test(c.req.path)) return false;
  return (c.req.header("accept") ?? "").includes("text/html");
}

async function logInFirst(c: EdgeContext, deps: WebDeps): Promise<Response> {
  if (isLiveRefresh(c)) return c.body(null, 204);
  if (c.req.method === "GET") {
    const path = c.req.path + new URL(c.req.url).search;
    const next = path === "/dashboard"
      ? ""
      : `?next=${encodeURIComponent(path)}`;
    return c.redirect(`/login${next}`, 303);
  }
  const form = isFromOurPage(c)
    ? await readFields(c, deps).catch(() => null)
    : null;
  const again = form
    ? packAgain({ action: c.req.path, fields: fieldsOf(form) })
    : "";
  return showLogin(c, deps, { again, status: 401 });
}
