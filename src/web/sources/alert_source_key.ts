import { readPosted } from "../form.ts";
/**
 * The key of an alert source. It is kept as a hash only, so the answer to the form that made it is the one page that
 * shows it: there is no redirect, since nothing may carry a secret from one page to the next. A browser that loads that
 * answer again asks first, and then makes another key or refuses the second source of the same name.
 */
import { regenerateSourceKey } from "../../app/sources/regenerate_source_key.ts";
import type { AlertSource } from "../../domain/intake/alert_source.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { demandSource } from "./alert_source.ts";
import { intakeUrl } from "./alert_source_form.ts";
import type { WebDeps } from "../deps.ts";
import { showPage } from "../page.ts";

import type { TestResult } from "./test_alert.ts";
import { snippets } from "../view/sources/source_snippets.ts";
import { kindName } from "../view/sources/source_words.ts";
import { viewerOf } from "../viewer.ts";

/** Adds the page and the form at `/alert-sources/{id}/regenerate-key`. */
export function addAlertSourceKey(routes: Routes, deps: WebDeps): void {
  const path = "/alert-sources/{id}/regenerate-key";
  routes.page(path, "admin", async (c: EdgeContext) => {
    const source = await demandSource(c, deps);
    return showPage(c, deps, {
      template: "sources/regenerate",
      title: `New key for ${source.name}`,
      place: "sources",
      viewer: await viewerOf(c, deps),
      view: { source },
    });
  });

  routes.page(path, "admin", async (c: EdgeContext) => {
    const { viewer } = await readPosted(c, deps);
    const { id } = await demandSource(c, deps);
    const by = c.get("principal").account;
    const outside = { randomBytes: deps.randomBytes, nowMs: viewer.view.nowMs };
    const { source, key } = await deps.store.transaction((tx) =>
      regenerateSourceKey(tx, { id, by }, outside)
    );
    return showKey(c, deps, { source, key, fresh: "replaced" });
  }, "post");
}

/** Promises the page that shows the key, this once, with what to paste where. */
export async function showKey(
  c: EdgeContext,
  deps: WebDeps,
  { source, key, fresh, test = null }: {
    source: AlertSource;
    key: string;
    /** `known`: it was shown before, and was sent along with a test. */
    fresh: "made" | "replaced" | "known";
    test?: TestResult | null;
  },
): Promise<Response> {
  const url = intakeUrl(deps, source.kind);
  return showPage(c, deps, {
    template: "sources/key",
    title: `Key of ${source.name}`,
    place: "sources",
    viewer: await viewerOf(c, deps),
    view: {
      ...{ source, key, fresh, test, url },
      kind: kindName(source.kind),
      snippets: snippets(source.kind, { url, key }),
    },
  });
}
