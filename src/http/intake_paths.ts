/** Where each kind of alert source posts to. */
import type { SourceKind } from "../domain/intake/alert_source.ts";

export const INTAKE_PATHS: Record<SourceKind, `/${string}`> = {
  generic: "/api/v1/alerts",
  grafana: "/api/v1/webhooks/grafana",
  cloudwatch: "/api/v1/webhooks/cloudwatch",
  alertmanager: "/api/v1/webhooks/alertmanager",
};
