/** What would keep pages from reaching somebody in the next two weeks. */
import type { EdgeContext } from "../http/edge_env.ts";
import type { Routes } from "../http/routes.ts";
import type { WebDeps } from "./deps.ts";
import { showPage } from "./page.ts";
import {
  findingGroups,
  quietWords,
  readinessHeadline,
} from "./view/findings.ts";
import { isWrong } from "../domain/readiness/finding.ts";
import { zoneWords } from "./view/zoned_time.ts";
import { viewerOf } from "./viewer.ts";

/** Adds `GET /readiness`. */
export function addReadiness(routes: Routes, deps: WebDeps): void {
  routes.page("/readiness", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const { view } = viewer;
    const readiness = await deps.readiness();
    return showPage(c, deps, {
      template: "readiness",
      title: "Readiness",
      place: "dashboard",
      view: {
        headline: readinessHeadline(readiness),
        well: !readiness.findings.some(isWrong),
        quiet: quietWords(readiness),
        groups: findingGroups(readiness, view.timeZone),
        zone: zoneWords(view),
      },
      viewer,
    });
  });
}
