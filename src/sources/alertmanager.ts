/** Prometheus Alertmanager's webhook, version "4". */
import type { Alert } from "../domain/intake/alert.ts";
import type {
  SourceFormat,
  SourceReading,
  SourceRequest,
} from "../ports/source_format.ts";
import { type AlertDraft, finishAlert } from "./alert_draft.ts";
import {
  type AlertGroup,
  draftOfMember,
  type GroupMember,
  hasAlerts,
  labelLine,
  readAlertGroup,
} from "./alert_group.ts";
import { isObject, parseJson } from "./json_body.ts";
import { refused, wrongField } from "./reading.ts";

export const alertmanager: SourceFormat = {
  kind: "alertmanager",
  bodyLimit: "group",
  read,
};

// Alerts that always fire, to prove that the monitoring is alive (kube-prometheus and older rule sets).
const HEARTBEATS = new Set(["Watchdog", "DeadMansSwitch"]);

function read(request: SourceRequest): SourceReading {
  const body = parseJson(request.body);
  if (!body.ok) return body.refusal;
  if (!isObject(body.value)) {
    return wrongField("body", "The body must be a JSON object.");
  }
  if (!hasAlerts(body.value)) {
    return refused(400, {
      code: "custom_payload",
      message:
        "This is not Alertmanager's own webhook payload (there is no list called “alerts”). " +
        "Remove “payload” from the receiver's webhook_config.",
      field: "alerts",
    });
  }
  const group = readAlertGroup(body.value);
  if ("kind" in group) return group;
  const cut = group.truncatedAlerts;
  return {
    kind: "alerts",
    alerts: group.members.map((member) => toAlert(member, group, request)),
    messageId: null,
    warning: cut > 0
      ? `Alertmanager cut ${cut} alerts from its last message: neither they nor their recoveries are seen. ` +
        "Set “max_alerts” of the receiver to 0."
      : null,
  };
}

function toAlert(
  member: GroupMember,
  group: AlertGroup,
  request: SourceRequest,
): Alert {
  const { annotations, labels } = member;
  const draft: AlertDraft = {
    ...draftOfMember(member, request),
    titles: [
      annotations.summary,
      annotations.title,
      labels.alertname,
      labelLine(labels),
    ],
    descriptions: [annotations.description ?? annotations.message],
    links: [
      { label: "Open in Prometheus", url: member.generatorURL },
      { label: "Runbook", url: annotations.runbook_url ?? annotations.runbook },
      {
        label: "Dashboard",
        url: annotations.dashboard_url ?? annotations.dashboard,
      },
      { label: "Open Alertmanager", url: group.externalURL },
    ],
  };
  return finishAlert(isHeartbeat(member) ? heartbeat(draft) : draft);
}

function isHeartbeat({ labels }: GroupMember): boolean {
  return typeof labels.alertname === "string" &&
    HEARTBEATS.has(labels.alertname);
}

function heartbeat(draft: AlertDraft): AlertDraft {
  const remark = draft.kind === "firing"
    ? "A heartbeat that always fires, so it pages nobody."
    : "The heartbeat stopped: Prometheus may have died.";
  return { ...draft, kind: "note", remarks: [remark, ...draft.remarks] };
}
