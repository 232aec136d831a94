/** The one list of inbound formats. */
import type { SourceKind } from "../domain/intake/alert_source.ts";
import type { SourceFormat } from "../ports/source_format.ts";
import { alertmanager } from "./alertmanager.ts";
import type { Fetch } from "./aws_fetch.ts";
import { createCloudWatchFormat } from "./cloudwatch.ts";
import { generic } from "./generic.ts";
import { grafana } from "./grafana.ts";
import { createSigningCertificates } from "./sns_certificates.ts";
import { createSnsSubscriptions } from "./sns_confirmation.ts";

/** Promises a format for every kind of source. Only CloudWatch's uses `fetch`, and only to ask SNS endpoints. */
export function createSourceFormats(
  { fetch }: { fetch: Fetch },
): Record<SourceKind, SourceFormat> {
  return {
    generic,
    grafana,
    alertmanager,
    cloudwatch: createCloudWatchFormat({
      certificates: createSigningCertificates(fetch),
      subscriptions: createSnsSubscriptions(fetch),
    }),
  };
}

export { createSnsSubscriptions };
