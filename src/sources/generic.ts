/**
 * PagerPal's own format, for scripts and for anything that can post JSON:
 *
 * - `title` (or `summary`): needed to fire;
 * - `external_id` (or `dedup_key`): what makes two messages the same alert, at most 255 characters. Without it the
 *   title and fields as `service`, `host` and `instance` do, so a recovery must repeat them (see stableParts);
 * - `status` (or `state`, `event`): firing, which is the default, or resolved;
 * - `severity`: info, warning, error, critical; the source's default without it;
 * - `description` (or `message`), `starts_at` (RFC 3339 or epoch), `labels`, `links` (`[{label, url}]` or
 *   `{label: url}`), `url`, `runbook_url`, `test`.
 *
 * A wrong value in a field that decides (the first four and `starts_at`) is refused by name. A wrong optional field is
 * left out and the alert says so; fields that are not known do nothing.
 */
import type {
  SourceFormat,
  SourceReading,
  SourceRequest,
} from "../ports/source_format.ts";
import { cleanTitle, finishAlert } from "./alert_draft.ts";
import { derivedId } from "./external_id.ts";
import {
  type GenericFields,
  readFields,
  stableParts,
} from "./generic_fields.ts";
import { readInstantOrEpoch } from "./instant.ts";
import {
  isObject,
  isScalar,
  type JsonObject,
  objectOr,
  parseJson,
} from "./json_body.ts";
import { cleanUrl, type LinkCandidate } from "./link.ts";
import { oneAlert, wrongField } from "./reading.ts";

export const generic: SourceFormat = {
  kind: "generic",
  bodyLimit: "event",
  read,
};

function read(request: SourceRequest): SourceReading {
  const parsed = parseJson(request.body);
  if (!parsed.ok) return parsed.refusal;
  const body = parsed.value;
  if (!isObject(body)) {
    return wrongField("body", "The body must be one JSON object.");
  }
  const known = readFields(body);
  if (!known.ok) return wrongField(known.field, known.message);
  const { fields, nameUsed } = known;

  const missing = missingField(fields);
  if (missing) return wrongField(missing.field, missing.message);
  const starts = readInstantOrEpoch(fields.starts_at, request.nowMs);
  if (starts.problem !== null) {
    const message = `${
      nameUsed("starts_at")
    }: ${starts.problem}; allowed are RFC 3339 and epoch seconds or milliseconds.`;
    return wrongField(nameUsed("starts_at"), message);
  }
  return oneAlert(toAlert({ body, fields, startsAtMs: starts.ms, request }));
}

function missingField(
  { title = "", external_id, status }: GenericFields,
): { field: string; message: string } | null {
  if (cleanTitle(title) !== "") return null;
  if (status === "firing") {
    return { field: "title", message: "title is needed to fire an alert." };
  }
  return external_id !== undefined ? null : {
    field: "external_id",
    message:
      "A recovery needs the external_id of its alert, or the title and the other fields it fired with.",
  };
}

function toAlert(
  { body, fields, startsAtMs, request }: {
    body: JsonObject;
    fields: GenericFields;
    startsAtMs: number | null;
    request: SourceRequest;
  },
) {
  const title = fields.title ?? "";
  const labels = objectOr(body.labels);
  const links = linkCandidates(body);
  return finishAlert({
    kind: fields.status,
    externalId: fields.external_id ??
      derivedId("derived", stableParts(title, body, labels)),
    titles: [title, fields.external_id],
    descriptions: [descriptionText(fields.description)],
    severity: fields.severity ?? request.source.settings.defaultSeverity,
    startsAtMs,
    links,
    labels,
    isTest: body.test === true || body.test === "true",
    remarks: [leftOut(body, links)],
    payload: body,
  });
}

function descriptionText(description: unknown): unknown {
  return Array.isArray(description)
    ? description.filter(isScalar).join("\n")
    : description;
}

function linkCandidates(body: JsonObject): LinkCandidate[] {
  return [
    { label: "Open", url: body.url },
    { label: "Runbook", url: body.runbook_url },
    ...listedLinks(body.links),
  ].filter(({ url }) => url !== undefined && url !== null && url !== "");
}

function listedLinks(links: unknown): LinkCandidate[] {
  if (Array.isArray(links)) {
    return links.slice(0, 100).map((link) =>
      isObject(link)
        ? { label: link.label ?? link.text, url: link.url ?? link.href }
        : { label: "", url: link }
    );
  }
  return Object.entries(objectOr(links)).slice(0, 100)
    .map(([label, url]) => ({ label, url }));
}

/** Promises a remark that names the optional fields which could not be used; empty when all could. */
function leftOut(body: JsonObject, links: readonly LinkCandidate[]): string {
  const { labels, links: listed, description } = body;
  const wrong = [
    labels === undefined || labels === null || isObject(labels)
      ? ""
      : "labels (not an object)",
    listed === undefined || listed === null || typeof listed === "object"
      ? ""
      : "links (neither a list nor an object)",
    isObject(description) ? "description (not text)" : "",
    links.every(({ url }) => cleanUrl(url) !== null)
      ? ""
      : "links that are not http or https",
  ].filter((name) => name !== "");
  return wrong.length === 0 ? "" : `Left out: ${wrong.join(", ")}.`;
}
