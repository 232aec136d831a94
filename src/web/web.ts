/** The operator UI: every page and every form, put into the table of routes. */
import { compress } from "hono/compress";
import type { Routes } from "../http/routes.ts";
import { addAccount } from "./account.ts";
import { addAcknowledge } from "./acknowledge.ts";
import { addAssets } from "./assets.ts";
import { addDashboard } from "./dashboard.ts";
import type { WebDeps } from "./deps.ts";
import { addEvents } from "./events.ts";
import { addIncidentActions } from "./incident_actions.ts";
import { addIncident } from "./incident.ts";
import { addIncidents } from "./incidents.ts";
import { addInstall } from "./install.ts";
import { addLogin } from "./login.ts";
import { addSetup } from "./setup.ts";

/** Adds all routes of the operator UI. */
export function addWeb(routes: Routes, deps: WebDeps): void {
  addAssets(routes, deps.assets);
  // What a page reflects and what in it is secret differ at every drawing (see csrf.ts), so that its length gives nothing away.
  routes.app.use(compress());
  addInstall(routes, deps);
  addLogin(routes, deps);
  addSetup(routes, deps);
  addAcknowledge(routes, deps);
  addEvents(routes, deps);
  addDashboard(routes, deps);
  addIncidents(routes, deps);
  addIncident(routes, deps);
  addIncidentActions(routes, deps);
  addAccount(routes, deps);
}
