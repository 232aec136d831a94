/** The edge and the JSON API, put together. */
import { createEdge } from "../http/edge.ts";
import { Idempotency } from "../http/idempotency.ts";
import type { Routes } from "../http/routes.ts";
import { addAccounts } from "./accounts.ts";
import { addAlertSources } from "./alert_sources.ts";
import { addApiTokens } from "./api_tokens.ts";
import { addCalendarFeeds } from "./calendar_feeds.ts";
import { addCalendars } from "./calendars.ts";
import { addContactVerification } from "./contact_verification.ts";
import { addTestPages } from "./test_pages.ts";
import { addContactMethods } from "./contact_methods.ts";
import { addContactRules } from "./contact_rules.ts";
import type { AppDeps } from "./deps.ts";
import { addCoverRequests } from "./cover_requests.ts";
import { addDocs } from "./docs.ts";
import { addDryRuns } from "./dry_runs.ts";
import { addEscalationPolicies } from "./escalation_policies.ts";
import { addHealth } from "./health.ts";
import { addIncidentActions } from "./incident_actions.ts";
import { addIncidents } from "./incidents.ts";
import { addIntake } from "./intake.ts";
import { addMetrics } from "./metrics.ts";
import { addMyAccount } from "./my_account.ts";
import { addLayerPreview } from "./layer_preview.ts";
import { addNotifications } from "./notifications.ts";
import { addOnCall } from "./on_call.ts";
import { addReadiness } from "./readiness.ts";
import { addResponders } from "./responders.ts";
import { addScheduleEntries } from "./schedule_entries.ts";
import { addScheduleLayers } from "./schedule_layers.ts";
import { addSchedules } from "./schedules.ts";
import { addShifts } from "./shifts.ts";
import { addSystem } from "./system.ts";
import { addTeams } from "./teams.ts";

/**
 * Promises the app that serves the API. `addMore` puts the routes of other rooms into the same table; a route outside
 * the table makes this throw.
 */
export function createApp(
  deps: AppDeps,
  addMore: (routes: Routes) => void = () => {},
): Routes["app"] {
  const routes = createRoutes(deps);
  addMore(routes);
  routes.seal();
  return routes.app;
}

/** Promises the table with every route of the API, not sealed yet. */
export function createRoutes(deps: AppDeps): Routes {
  const routes = createEdge(deps);
  const api = { ...deps, idempotency: new Idempotency(deps) };
  addHealth(routes, api);
  addIntake(routes, api);
  addNotifications(routes, api);
  addIncidents(routes, api);
  addIncidentActions(routes, api);
  addTeams(routes, api);
  addResponders(routes, api);
  addContactMethods(routes, api);
  addContactVerification(routes, api);
  addTestPages(routes, api);
  addContactRules(routes, api);
  addSchedules(routes, api);
  addScheduleEntries(routes, api);
  addCalendarFeeds(routes, api);
  addCalendars(routes, api);
  addScheduleLayers(routes, api);
  addLayerPreview(routes, api);
  addOnCall(routes, api);
  addShifts(routes, api);
  addCoverRequests(routes, api);
  addEscalationPolicies(routes, api);
  addDryRuns(routes, api);
  addAlertSources(routes, api);
  addAccounts(routes, api);
  addMyAccount(routes, api);
  addApiTokens(routes, api);
  addReadiness(routes, api);
  addSystem(routes, api);
  addMetrics(routes, api);
  addDocs(routes, api);
  return routes;
}
