/** Who changed what, newest first, for admins. */
import type { EdgeContext } from "../http/edge_env.ts";
import type { Routes } from "../http/routes.ts";
import type { WebDeps } from "./deps.ts";
import { showPage } from "./page.ts";
import { auditRow } from "./view/audit_words.ts";
import { pageNumber, pagesOf } from "./view/pages.ts";
import { counted } from "./view/plural.ts";
import { viewerOf } from "./viewer.ts";

const PAGE_SIZE = 50;

/** Adds `GET /settings/audit-log`. */
export function addAuditLog(routes: Routes, deps: WebDeps): void {
  routes.page("/settings/audit-log", "admin", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const page = pageNumber(c.req.query("page"));
    const found = await deps.store.auditLog
      .list({}, { page, pageSize: PAGE_SIZE });
    return showPage(c, deps, {
      template: "audit_log",
      title: "Audit log",
      place: "settings",
      viewer,
      view: {
        sentence: found.total === 0
          ? "Nothing has been changed yet."
          : `${counted(found.total, "change")}, newest first.`,
        rows: found.items.map((entry) => auditRow(entry, viewer.view)),
        pages: pagesOf(found, "/settings/audit-log"),
      },
    });
  });
}
