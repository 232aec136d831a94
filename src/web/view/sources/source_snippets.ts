/** What to paste into a monitoring system. A snippet is plain text; the template escapes it. */
import type { SourceKind } from "../../../domain/intake/alert_source.ts";

export interface Snippet {
  /** What it is, as "Alertmanager receiver". */
  title: string;
  /** Where it goes, in a sentence. */
  where: string;
  text: string;
}

export interface SnippetOptions {
  /** The address of the intake, whole. */
  url: string;
  /** The key, or words that stand for it where it is not known any more. */
  key: string;
}

/** Promises the snippets for this kind of source, the usual one first. */
export function snippets(
  kind: SourceKind,
  options: SnippetOptions,
): Snippet[] {
  return SNIPPETS[kind](options);
}

const SNIPPETS: Record<SourceKind, (options: SnippetOptions) => Snippet[]> = {
  generic: ({ url, key }) => [
    {
      title: "Fire with curl",
      where:
        "In any shell. The external id tells a repetition from a new problem; title alone is enough.",
      text: curl(url, key, {
        title: "Disk full on db-1",
        severity: "critical",
        external_id: "db-1/disk",
        description: "96 % used, 3 GB left.",
      }),
    },
    {
      title: "Resolve with curl",
      where: "With the same external id, when it is over.",
      text: curl(url, key, { external_id: "db-1/disk", status: "resolved" }),
    },
  ],
  grafana: ({ url, key }) => [
    {
      title: "Grafana contact point",
      where:
        "Save it as provisioning/alerting/pagerpal.yaml. By hand: Alerting, Contact points, Webhook, with this URL, the authorization scheme Bearer and the key as credentials.",
      text: [
        "apiVersion: 1",
        "contactPoints:",
        "  - orgId: 1",
        "    name: PagerPal",
        "    receivers:",
        "      - uid: pagerpal",
        "        type: webhook",
        "        disableResolveMessage: false",
        "        settings:",
        `          url: ${quoted(url)}`,
        "          httpMethod: POST",
        "          authorization_scheme: Bearer",
        `          authorization_credentials: ${quoted(key)}`,
        "          maxAlerts: 0",
      ].join("\n"),
    },
  ],
  alertmanager: ({ url, key }) => [
    {
      title: "Alertmanager receiver",
      where:
        "In alertmanager.yml; then name the receiver in a route. Leave payload away and max_alerts at 0, so that nothing is cut.",
      text: [
        "receivers:",
        "  - name: pagerpal",
        "    webhook_configs:",
        `      - url: ${quoted(url)}`,
        "        send_resolved: true",
        "        max_alerts: 0",
        "        http_config:",
        "          authorization:",
        "            type: Bearer",
        `            credentials: ${quoted(key)}`,
      ].join("\n"),
    },
  ],
  cloudwatch: ({ url, key }) => [
    {
      title: "SNS subscription URL",
      where:
        "As the endpoint of an HTTPS subscription of your topic, with raw message delivery off. The topic then waits here for your approval.",
      text: withUser(url, key),
    },
    {
      title: "Subscribe with the AWS command line",
      where: "With the ARN of your own topic.",
      text: [
        "aws sns subscribe \\",
        "  --topic-arn arn:aws:sns:eu-central-1:123456789012:alarms \\",
        `  --protocol ${new URL(url).protocol.slice(0, -1)} \\`,
        `  --notification-endpoint '${withUser(url, key)}'`,
      ].join("\n"),
    },
    {
      title: "EventBridge API destination",
      where:
        "For new set-ups: the endpoint of an API destination whose connection uses an API key with this header name and value.",
      text: [`Endpoint: ${url}`, "Header: X-API-Key", `Value: ${key}`]
        .join("\n"),
    },
  ],
};

function curl(url: string, key: string, body: object): string {
  return [
    `curl -X POST '${url}' \\`,
    `  -H 'X-API-Key: ${key}' \\`,
    "  -H 'Content-Type: application/json' \\",
    // Inside the single quotes of a shell only a single quote is special.
    `  -d '${JSON.stringify(body).replaceAll("'", `'\\''`)}'`,
  ].join("\n");
}

/** A JSON string is a YAML double-quoted scalar (YAML 1.2.2, section 1.2). */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** SNS sends the credentials of its URL after a 401 with a challenge (Amazon SNS, "HTTP/HTTPS endpoints"). */
function withUser(url: string, key: string): string {
  const address = new URL(url);
  address.username = "pagerpal";
  address.password = key;
  return address.href;
}
