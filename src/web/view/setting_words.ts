/** The settings of an alert source in words. */
import type { AlertSource } from "../../domain/intake/alert_source.ts";
import { minutes } from "./policies/ladder_words.ts";

const NO_DATA = {
  ignore: "is only noted",
  page: "pages",
  resolve: "resolves the incident",
} as const;

/** Promises what is set, as terms and words; what does not concern this kind of source is left out. */
export function settingFacts(
  { kind, settings }: AlertSource,
): { term: string; text: string }[] {
  const closes = settings.autoResolveAfterMinutes;
  const facts = [
    {
      term: "Severity",
      text: `${settings.defaultSeverity}, where none is said`,
    },
    {
      term: "Closes",
      text: closes === null
        ? "by a recovery or a person only"
        : `after ${minutes(closes)} without an alert`,
    },
    {
      term: "Cool-down",
      text: settings.refireCooldownMinutes === 0
        ? "none after a person has resolved it"
        : `${
          minutes(settings.refireCooldownMinutes)
        } after a person has resolved it`,
    },
  ];
  if (kind === "grafana" || kind === "cloudwatch") {
    const usual = kind === "grafana" ? "page" : "ignore";
    facts.push({
      term: "No data",
      text: NO_DATA[settings.noData ?? usual],
    });
  }
  if (kind === "cloudwatch") {
    facts.push(
      { term: "SNS topic", text: settings.snsTopicArn ?? "none approved yet" },
      {
        term: "Raw delivery",
        text: settings.snsAllowRawDelivery ? "allowed" : "refused",
      },
      {
        term: "Oldest message",
        text: minutes(settings.snsMaxAgeMinutes),
      },
    );
  }
  return facts;
}
