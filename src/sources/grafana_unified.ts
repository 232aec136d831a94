/**
 * Grafana unified alerting (grafana/alerting, receivers/webhook/v1). Each alert of the group stands for itself: the
 * group's own status and key say nothing about a member.
 */
import type { Alert } from "../domain/intake/alert.ts";
import type { NoDataAction } from "../domain/intake/alert_source.ts";
import type { SourceReading, SourceRequest } from "../ports/source_format.ts";
import { type AlertDraft, finishAlert } from "./alert_draft.ts";
import {
  type AlertGroup,
  draftOfMember,
  type GroupMember,
  labelLine,
  readAlertGroup,
} from "./alert_group.ts";
import { type JsonObject, scalarText } from "./json_body.ts";

/** Promises every alert of the group, or the refusal of all of them. */
export function readUnifiedAlerts(
  body: JsonObject & { alerts: unknown[] },
  request: SourceRequest,
): SourceReading {
  const group = readAlertGroup(body);
  if ("kind" in group) return group;
  const cut = group.truncatedAlerts;
  return {
    kind: "alerts",
    alerts: group.members.map((member) => toAlert(member, group, request)),
    messageId: null,
    warning: cut > 0
      ? `Grafana cut ${cut} alerts from its last message: neither they nor their recoveries are seen. ` +
        "Set “Max alerts” of the contact point to 0."
      : null,
  };
}

function toAlert(
  member: GroupMember,
  group: AlertGroup,
  request: SourceRequest,
): Alert {
  const { annotations, labels } = member;
  const common = draftOfMember(member, request);
  const reason = scalarText(annotations.grafana_state_reason);
  const draft: AlertDraft = {
    ...common,
    titles: [
      annotations.summary,
      annotations.title,
      nameWithInstance(labels),
      labelLine(labels),
    ],
    descriptions: [
      annotations.description ?? annotations.message,
      annotations.Error,
      valuesLine(member.values),
    ],
    links: [
      { label: "Open in Grafana", url: member.generatorURL },
      { label: "Dashboard", url: member.dashboardURL },
      { label: "Panel", url: member.panelURL },
      { label: "Runbook", url: annotations.runbook_url },
      { label: "Silence", url: member.silenceURL },
      { label: "Image", url: member.imageURL },
    ],
    isTest: common.isTest || isTestButton(member, group.groupKey),
    remarks: [
      ...common.remarks,
      reason === "" ? "" : `Grafana gives the reason ${reason}.`,
    ],
  };
  const blind = blindness(scalarText(labels.alertname));
  return finishAlert(
    blind === null ? draft : blindDraft(draft, blind, request),
  );
}

function nameWithInstance(labels: JsonObject): string {
  const name = scalarText(labels.alertname);
  const instance = scalarText(labels.instance);
  return name === "" || instance === "" ? name : `${name} (${instance})`;
}

/**
 * The test button's fixed alert, or the group key that only it makes: `webhook-<fingerprint>-<unix seconds>`, where a
 * real one begins with `{`.
 */
function isTestButton(member: GroupMember, groupKey: string): boolean {
  const { alertname, instance } = member.labels;
  return (alertname === "TestAlert" && instance === "Grafana") ||
    (!!member.fingerprint &&
      groupKey.startsWith(`webhook-${member.fingerprint}-`));
}

/** Grafana renames the alert of a rule that has no data or cannot be evaluated; the rule's name is in `rulename`. */
function blindness(alertname: string): string | null {
  if (alertname === "DatasourceNoData") return "No data";
  if (alertname === "DatasourceError") return "Data source error";
  return null;
}

const BLIND_KINDS: Record<NoDataAction, Alert["kind"]> = {
  ignore: "note",
  page: "firing",
  resolve: "resolved",
};

function blindDraft(
  draft: AlertDraft,
  what: string,
  { source }: SourceRequest,
): AlertDraft {
  const { rulename, alertname } = draft.labels;
  // The summary is a template that found no value, so it only explains.
  const [summary] = draft.titles;
  const action = source.settings.noData ?? "page";
  const asked = draft.kind === "firing" && action !== "page";
  return {
    ...draft,
    kind: draft.kind === "resolved" ? "resolved" : BLIND_KINDS[action],
    titles: [`${what}: ${scalarText(rulename) || scalarText(alertname)}`],
    descriptions: [summary, ...draft.descriptions],
    remarks: asked
      ? [...draft.remarks, `${what}: the source is set to ${action} it.`]
      : draft.remarks,
  };
}

function valuesLine(values: JsonObject | undefined): string {
  const pairs = Object.entries(values ?? {}).slice(0, 20)
    .map(([name, value]) => [name, scalarText(value)])
    .filter(([, value]) => value !== "");
  return pairs.length === 0
    ? ""
    : `Values: ${pairs.map(([name, value]) => `${name}=${value}`).join(", ")}`;
}
