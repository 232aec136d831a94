/** The operator UI: every page and every form, put into the table of routes. */
import type { Routes } from "../http/routes.ts";
import { addAcknowledge } from "./acknowledge.ts";
import { addAlertSource } from "./alert_source.ts";
import { addAlertSourceForm } from "./alert_source_form.ts";
import { addAlertSourceKey } from "./alert_source_key.ts";
import { addAlertSources } from "./alert_sources.ts";
import { addAssets } from "./assets.ts";
import { addDashboard } from "./dashboard.ts";
import type { WebDeps } from "./deps.ts";
import { addEvents } from "./events.ts";
import { addIncidentActions } from "./incident_actions.ts";
import { addIncident } from "./incident.ts";
import { addIncidents } from "./incidents.ts";
import { addInstall } from "./install.ts";
import { addLogin } from "./login.ts";
import { addPolicies, addPolicy } from "./policies.ts";
import { addPolicyForm } from "./policy_form.ts";
import { addSchedules } from "./schedules.ts";
import { addSchedule } from "./schedule.ts";
import { addScheduleEntryForm } from "./schedule_entry_form.ts";
import { addScheduleForm } from "./schedule_form.ts";
import { addSetup } from "./setup.ts";
import { addTestAlert } from "./test_alert.ts";

/** Adds all routes of the operator UI. */
export function addWeb(routes: Routes, deps: WebDeps): void {
  addAssets(routes, deps.assets);
  addInstall(routes, deps);
  addLogin(routes, deps);
  addSetup(routes, deps);
  addAcknowledge(routes, deps);
  addEvents(routes, deps);
  addDashboard(routes, deps);
  addIncidents(routes, deps);
  addIncident(routes, deps);
  addIncidentActions(routes, deps);
  addSchedules(routes, deps);
  addScheduleForm(routes, deps);
  addSchedule(routes, deps);
  addScheduleEntryForm(routes, deps);
  addPolicies(routes, deps);
  addPolicyForm(routes, deps);
  addPolicy(routes, deps);
  addAlertSources(routes, deps);
  addAlertSourceForm(routes, deps);
  addAlertSource(routes, deps);
  addAlertSourceKey(routes, deps);
  addTestAlert(routes, deps);
}
