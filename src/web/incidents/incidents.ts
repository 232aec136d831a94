/** The list of incidents: filtered by its address, paged by place, alive. */
import { SEVERITIES } from "../../domain/intake/alert.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import {
  type IncidentFilter,
  type IncidentSummary,
  MOST_SEARCHED,
} from "../../ports/incident_repositories.ts";
import type { WebDeps } from "../deps.ts";
import { showPage } from "../page.ts";
import {
  filterOf,
  type IncidentQuery,
  isFiltered,
  listHref,
  readIncidentQuery,
  STATUS_CHOICES,
} from "../view/incidents/incident_query.ts";
import { incidentRow } from "../view/incidents/incident_row.ts";
import { agree, digits, sentenceCase } from "../view/plural.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const PAGE_SIZE = 50;
const MOST_COUNTED = 1_000;
const MOST_CHOICES = 200;

/** Adds `GET /incidents`. */
export function addIncidents(routes: Routes, deps: WebDeps): void {
  routes.page("/incidents", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const query = readIncidentQuery(new URL(c.req.url).searchParams);
    return showPage(c, deps, {
      template: "incidents",
      title: "Incidents",
      place: "incidents",
      view: await listView(deps, query, viewer),
      viewer,
      // An older page stays as it is while somebody reads it.
      live: query.olderThan === null && query.newerThan === null,
    });
  });
}

async function listView(
  { store }: WebDeps,
  query: IncidentQuery,
  { view, responderId, can }: Viewer,
) {
  const filter = filterOf(query, view.timeZone);
  const { olderThan, newerThan } = query;
  const { items, more } = await store.overview.incidents(filter, {
    limit: PAGE_SIZE,
    ...(olderThan ? { olderThan } : newerThan ? { newerThan } : {}),
  });
  const total = await countAtMost({ store }, { query, filter, items, more });
  const waiting = items.filter(({ status }) => status === "triggered");
  const paged = await store.overview.lastPaged(waiting.map(({ id }) => id));
  const rows = items.map((incident) =>
    incidentRow(incident, {
      view,
      paged: paged.get(incident.id) ?? [],
      responderId,
    })
  );
  return {
    filter: query,
    filtered: isFiltered(query),
    moreFilters: [query.team, query.source, query.person, query.from, query.to]
      .some((value) => value !== ""),
    selects: await selects({ store }, query, responderId),
    sentence: sentence(query, total),
    rows,
    pickable: can.respond && rows.some((row) => row.isOpen),
    ...hrefs(query, items, more),
    empty: emptyView(query),
  };
}

/** Counting what a text or a person matches would read on to the oldest incident: beyond the first page it is not done. */
async function countAtMost(
  { store }: Pick<WebDeps, "store">,
  { query, filter, items, more }: {
    query: IncidentQuery;
    filter: IncidentFilter;
    items: readonly unknown[];
    more: boolean;
  },
): Promise<number> {
  const first = query.olderThan === null && query.newerThan === null;
  if (first && !more) return items.length;
  if (query.q !== "" || query.person !== "") return Infinity;
  return await store.overview.countIncidents(filter, MOST_COUNTED + 1);
}

function hrefs(
  query: IncidentQuery,
  items: readonly IncidentSummary[],
  more: boolean,
) {
  const first = items[0];
  const last = items.at(-1);
  const goesBack = query.newerThan !== null;
  const hasNewer = goesBack ? more : query.olderThan !== null;
  const hasOlder = goesBack || more;
  return {
    newerHref: first && hasNewer ? listHref(query, { newer: first }) : "",
    olderHref: last && hasOlder ? listHref(query, { older: last }) : "",
  };
}

function sentence({ status, q }: IncidentQuery, total: number): string {
  const kind = status === "all" ? "" : `${status} `;
  const many = total === Infinity
    ? "Many"
    : total > MOST_COUNTED
    ? `More than ${digits(MOST_COUNTED)}`
    : total === 0
    ? "No"
    : digits(total);
  const found = q === "" ? "" : ` with “${q}”`;
  return `${many} ${kind}${
    agree(total, "incident", "incidents")
  }${found}, newest first.`;
}

async function selects(
  { store }: Pick<WebDeps, "store">,
  query: IncidentQuery,
  responderId: number,
) {
  const page = { page: 1, pageSize: MOST_CHOICES };
  const [teams, sources, people] = await Promise.all([
    store.teams.list({}, page),
    store.sources.list({}, page),
    store.responders.list({}, page),
  ]);
  const named = (items: { id: number; name: string }[]) =>
    items.map(({ id, name }) => ({ value: String(id), label: name }));
  const any = (label: string) => ({ value: "", label });
  return [
    {
      name: "status",
      label: "Status",
      value: query.status,
      options: STATUS_CHOICES.map((value) => ({
        value,
        label: sentenceCase(value),
      })),
    },
    {
      name: "severity",
      label: "Severity",
      value: query.severity,
      options: [
        any("Any"),
        ...SEVERITIES.toReversed().map((value) => ({
          value,
          label: sentenceCase(value),
        })),
      ],
    },
    {
      name: "team",
      label: "Team",
      value: query.team,
      options: [any("All"), ...named(teams.items)],
    },
    {
      name: "source",
      label: "Source",
      value: query.source,
      options: [any("All"), ...named(sources.items)],
    },
    {
      name: "person",
      label: "Person",
      value: query.person,
      options: [
        any("Anybody"),
        { value: String(responderId), label: "Me" },
        ...named(people.items.filter(({ id }) => id !== responderId)),
      ],
    },
  ];
}

function emptyView(query: IncidentQuery) {
  if (isFiltered(query)) {
    return {
      icon: "search",
      title: "Nothing matches",
      text: query.q === ""
        ? "No incident fits this filter. Take something away from it."
        : `No incident fits this filter. A search looks through the newest ${
          MOST_SEARCHED.toLocaleString("en")
        } incidents.`,
      href: "/incidents?status=all",
      label: "Show all incidents",
    };
  }
  return {
    icon: "check",
    title: "Nothing is open",
    text: "What your alert sources report appears here, by itself.",
    href: "/incidents?status=all",
    label: "Show those that are over",
  };
}
