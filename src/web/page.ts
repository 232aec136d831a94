/** From a view model to an answer: the shell around each screen. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { EdgeContext } from "../http/edge_env.ts";
import { readCookie, writeCookie } from "./cookies.ts";
import type { WebDeps } from "./deps.ts";
import { type Notice, takeNotice } from "./notice.ts";
import { counted } from "./view/plural.ts";
import { zoneWords } from "./view/zoned_time.ts";
import { bindingOf, type Viewer } from "./viewer.ts";

/** The places of the rail. */
export const PLACES = [
  { name: "dashboard", path: "/dashboard", label: "Dashboard", icon: "desk" },
  { name: "incidents", path: "/incidents", label: "Incidents", icon: "bell" },
  { name: "schedules", path: "/schedules", label: "Schedules", icon: "cal" },
  {
    name: "policies",
    path: "/escalation-policies",
    label: "Policies",
    icon: "steps",
  },
  {
    name: "sources",
    path: "/alert-sources",
    label: "Alert sources",
    icon: "plug",
  },
  { name: "teams", path: "/teams", label: "Teams", icon: "people" },
  {
    name: "responders",
    path: "/responders",
    label: "Responders",
    icon: "person",
  },
  { name: "settings", path: "/settings", label: "Settings", icon: "cog" },
] as const;
export type Place = (typeof PLACES)[number]["name"];

/** What the shell of a screen shows around its view. */
export interface PageOptions {
  /** A path below static/templates, without its ending. */
  template: string;
  /** For the window and the history; the place and PagerPal are added. */
  title: string;
  /** Where in the rail; null for a place outside it. */
  place: Place | null;
  /** What the template draws: `it.view` there. */
  view: object;
  viewer: Viewer;
  status?: ContentfulStatusCode;
  /** The page asks for itself again when incidents change. */
  live?: boolean;
  /** Said at the top of this very answer, where nothing is redirected. */
  notice?: Notice;
}

/** Promises the page inside the shell, for somebody who is logged in. */
export async function showPage(
  c: EdgeContext,
  deps: WebDeps,
  options: PageOptions,
): Promise<Response> {
  const { viewer, status = 200, live = false } = options;
  const marker = await deps.changes.marker();
  const openCount = await deps.store.incidents.countOpen();
  const notice = options.notice ??
    (isLiveRefresh(c) ? null : takeNotice(c, deps.config));
  c.header("Cache-Control", "no-store");
  return c.html(
    deps.render(options.template, {
      ...common(c, deps),
      view: options.view,
      page: {
        title: options.title,
        place: options.place,
        places: PLACES,
        viewer,
        zone: zoneWords(viewer.view),
        openCount,
        openWords: counted(openCount, "open incident"),
        notice,
        live,
        marker,
        path: c.req.path + new URL(c.req.url).search,
      },
      csrf: deps.csrf.token(bindingOf(viewer)),
    }),
    status,
  );
}

/** A page that stands alone, without rail: for those who are not logged in, and for what went wrong. */
export function showAlone(
  c: EdgeContext,
  deps: WebDeps,
  { template, title, view, status = 200, binding }:
    & Pick<PageOptions, "template" | "title" | "view" | "status">
    & {
      /** What its form's token is bound to, where it is not who is logged in. */
      binding?: string;
    },
): Response {
  const session = c.get("principal")?.session;
  c.header("Cache-Control", "no-store");
  return c.html(
    deps.render(template, {
      ...common(c, deps),
      view,
      page: { title, notice: takeNotice(c, deps.config) },
      csrf: deps.csrf.token(
        binding ??
          (session ? bindingOf({ session }) : visitorBinding(c, deps)),
      ),
    }),
    status,
  );
}

/** What a form token of this browser is bound to while nobody is logged in; gives the browser a cookie for it. */
export function visitorBinding(c: EdgeContext, deps: WebDeps): string {
  let value = readCookie(c, "visitor", deps.config);
  if (value === null || !/^[A-Za-z0-9_-]{22}$/.test(value)) {
    value = deps.randomBytes(16)
      .toBase64({ alphabet: "base64url", omitPadding: true });
    writeCookie(c, { name: "visitor", value }, deps.config);
  }
  return `visitor:${value}`;
}

/** Whether the page asks for itself because something changed, and not because somebody wants to see it. */
export function isLiveRefresh(c: EdgeContext): boolean {
  return c.req.header("x-live-refresh") !== undefined;
}

function common(c: EdgeContext, { assets, config }: WebDeps) {
  const theme = readCookie(c, "theme", config);
  return {
    asset: assets.url,
    icon: (name: string) => `${assets.url("icons.svg")}#${name}`,
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    requestId: c.get("requestId"),
  };
}
