/** Grafana's webhook: unified alerting (8 and later) and legacy dashboard alerts (10 and earlier), told apart by the body. */
import type {
  SourceFormat,
  SourceReading,
  SourceRequest,
} from "../ports/source_format.ts";
import { hasAlerts } from "./alert_group.ts";
import { isLegacyAlert, readLegacyAlert } from "./grafana_legacy.ts";
import { readUnifiedAlerts } from "./grafana_unified.ts";
import { isObject, parseJson } from "./json_body.ts";
import { refused } from "./reading.ts";

/** Grafana logs the first 1,024 bytes of an answer that is not 2xx, so every refusal says what to change there. */
export const grafana: SourceFormat = {
  kind: "grafana",
  bodyLimit: "group",
  read,
};

const CUSTOM_PAYLOAD =
  "This is not Grafana's own webhook payload (there is no list called “alerts”). " +
  "Remove the custom payload from the contact point, or post it to a source of the generic kind.";
const SLACK_PAYLOAD =
  "This is a Slack message. Choose the contact point type “Webhook” in Grafana, not “Slack”.";

function read(request: SourceRequest): SourceReading {
  const body = parseJson(request.body);
  if (!body.ok) {
    const { code, message } = body.refusal;
    return refused(400, {
      code,
      message:
        `${message} If the contact point has a custom payload, remove it.`,
    });
  }
  if (!isObject(body.value)) return customPayload();
  if (hasAlerts(body.value)) return readUnifiedAlerts(body.value, request);
  if (isLegacyAlert(body.value)) return readLegacyAlert(body.value, request);
  if (Array.isArray(body.value.attachments)) {
    return refused(400, { code: "slack_payload", message: SLACK_PAYLOAD });
  }
  return customPayload();
}

function customPayload(): SourceReading {
  return refused(400, {
    code: "custom_payload",
    message: CUSTOM_PAYLOAD,
    field: "alerts",
  });
}
