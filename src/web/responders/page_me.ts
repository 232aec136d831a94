/** "Page me now": one button, and what became of each page. */
import { type PagedNow, pageMe } from "../../app/delivery/page_me.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { addressWords, methodName } from "./contacts_view.ts";
import type { WebDeps } from "../deps.ts";
import { formErrors, readPosted } from "../form.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { timesWords } from "../view/policies/ladder_sentence.ts";
import { testPageWords } from "../view/test_page_words.ts";

/** Adds `POST /account/page-me`. */
export function addPageMe(routes: Routes, deps: WebDeps): void {
  routes.page("/account/page-me", "responder", async (c: EdgeContext) => {
    const { viewer } = await readPosted(c, deps);
    let paged: PagedNow[];
    try {
      paged = await pageMe(deps.immediate, c.get("principal").account);
    } catch (error) {
      const text = formErrors(error, c)[""] ?? "Nothing was sent.";
      leaveNotice(c, { tone: "bad", text }, deps.config);
      return c.redirect("/account", 303);
    }
    return showPage(c, deps, {
      template: "paged_now",
      title: "You have paged yourself",
      place: null,
      viewer,
      view: {
        sentence: sentence(paged),
        rows: await Promise.all(paged.map((one) => row(one, deps))),
      },
    });
  }, "post");
}

async function row({ method, afterMs, result }: PagedNow, deps: WebDeps) {
  const { channel } = method;
  const provider = deps.providers().find((one) => one.channel === channel)
    ?.provider ?? "";
  const address = await addressWords(method);
  const { tone, text } = testPageWords(result, { channel, address, provider });
  return {
    name: await methodName(method),
    when: timesWords(afterMs),
    verified: method.verifiedAtMs !== null,
    word: result.outcome === "sent" ? "Sent" : "Not sent",
    tone,
    text,
  };
}

function sentence(paged: readonly PagedNow[]): string {
  const failed = paged.filter(({ result }) => result.outcome !== "sent").length;
  if (failed === 0) return "Every page has left. Look whether each arrives.";
  return failed === paged.length
    ? "No page has left: a critical alert would not reach you now."
    : "Not every page has left.";
}
