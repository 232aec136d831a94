/** Every screen, for what must hold on each of them. */
import type { Page } from "npm:playwright-core@1.65.1";
import type { Role } from "../../src/domain/responders/people.ts";
import { sendBundle } from "../bundle.ts";
import { draftPath, layerPath } from "./calendar_screens.ts";
import type { Stage } from "./stage.ts";

export interface Screen {
  name: string;
  /** Who looks at it; nobody is logged in where it is null. */
  as: Role | null;
  path(stage: Stage): Promise<string> | string;
}

/** The screens of the demonstration, seen by an admin, who sees most. */
export const SCREENS: Screen[] = [
  { name: "login", as: null, path: () => "/login" },
  { name: "acknowledge", as: null, path: acknowledgePath },
  { name: "acknowledge many", as: null, path: manyPath },
  {
    name: "acknowledge unknown",
    as: null,
    path: () => "/a/1-0000000000000000",
  },
  { name: "offline", as: null, path: () => "/offline" },
  { name: "dashboard", as: "admin", path: () => "/dashboard" },
  { name: "incidents", as: "admin", path: () => "/incidents?status=all" },
  {
    name: "no incident found",
    as: "admin",
    path: () => "/incidents?q=nothing",
  },
  { name: "incident", as: "admin", path: incidentPath },
  ...[
    "/teams",
    "/teams/new",
    "/teams/1",
    "/teams/1/edit",
    "/responders",
    "/responders/new",
    "/responders/1",
    "/responders/1/edit",
    "/schedules",
    "/schedules/new",
    "/schedules/1",
    "/schedules/1?view=month",
    "/schedules/1/edit",
    "/schedules/1/cover-requests/new",
    "/schedules/1/layers/new",
    "/schedules/1/entries/new?kind=override",
    "/schedules/1/calendars/new",
    "/escalation-policies",
    "/escalation-policies/new",
    "/escalation-policies/1",
    "/escalation-policies/1/edit",
    "/alert-sources",
    "/alert-sources/new",
    "/alert-sources/1",
    "/alert-sources/1/edit",
    "/readiness",
    "/reports/on-call",
    "/settings",
    "/settings/audit-log",
    "/account",
    "/account/feeds",
    "/schedules/1/feeds",
  ].map((path): Screen => ({ name: path, as: "admin", path: () => path })),
  {
    name: "contact rules",
    as: "admin",
    path: () => "/responders/1/contact-rules",
  },
  { name: "verification", as: "admin", path: verificationPath },
  { name: "code to be typed", as: "admin", path: codePath },
  { name: "cover request", as: "responder", path: coverPath },
  { name: "draft of a calendar", as: "admin", path: draftPath },
  { name: "calendar of a layer", as: "admin", path: layerPath },
  {
    name: "calendar to be replaced",
    as: "admin",
    path: async (stage) => `${await layerPath(stage)}/replace`,
  },
  {
    name: "schedule with calendars",
    as: "admin",
    path: () => "/schedules/1",
  },
  { name: "not found", as: "admin", path: () => "/incidents/999999" },
];

/** Promises the path that the first page about the incident leads to. */
export function acknowledgePath(stage: Stage): string {
  for (const { text } of stage.world.infobip.taken) {
    const [, path] = /http:\/\/[^/\s]+(\/a\/\S+)/.exec(text) ?? [];
    if (path && text.includes("Card payments")) return path;
  }
  throw new Error("No page about the card payments was sent");
}

/** A message to the admin about all that is open. */
async function manyPath(stage: Stage): Promise<string> {
  const { store, world } = stage;
  const waiting = async () => {
    const page = { page: 1, pageSize: 50 };
    return (await store.incidents.list({ statuses: ["triggered"] }, page))
      .items;
  };
  // One alone would make no bundle.
  if ((await waiting()).length < 2) {
    await stage.alert({ title: "Refunds are late", external_id: "refunds" });
  }
  const items = await waiting();
  const maya = await store.responders.findByEmail("maya@example.com");
  if (!maya) throw new Error("The demonstration lacks its admin");
  return await sendBundle(store, {
    responderId: maya.id,
    incidentIds: items.map(({ id }) => id),
    nowMs: world.nowMs,
  });
}

/** Somebody else's request, which the one who looks at it may take over. */
async function coverPath({ store, world }: Stage): Promise<string> {
  const maya = await store.responders.findByEmail("maya@example.com");
  const { id } = await store.coverRequests.insert({
    scheduleId: 1,
    requesterId: maya?.id ?? 1,
    askedId: null,
    startsAtMs: world.nowMs + 3_600_000,
    endsAtMs: world.nowMs + 4 * 3_600_000,
    note: "Dentist, back by the evening",
  }, world.nowMs);
  return `/cover-requests/${id}`;
}

/** A contact method that is not verified. */
async function verificationPath({ store }: Stage): Promise<string> {
  for (let responder = 1; responder <= 10; responder++) {
    const methods = await store.responders.contactMethods(responder);
    const open = methods.find(({ verifiedAtMs }) => verifiedAtMs === null);
    if (!open) continue;
    return `/responders/${responder}/contact-methods/${open.id}/verification`;
  }
  throw new Error("Every contact method is verified");
}

/** The same once a code was sent. */
async function codePath(stage: Stage): Promise<string> {
  const path = await verificationPath(stage);
  const contactMethodId = Number(path.split("/").at(-2));
  const method = await stage.store.responders.findContactMethod(
    contactMethodId,
  );
  if (!method) throw new Error("The contact method is gone");
  await stage.store.verifications.put({
    contactMethodId,
    channel: method.channel,
    address: method.address,
    salt: "",
    codeHash: "",
    createdAtMs: stage.world.nowMs,
    expiresAtMs: stage.world.nowMs + 15 * 60_000,
  });
  return path;
}

async function incidentPath(stage: Stage): Promise<string> {
  return `/incidents/${(await stage.incident("Card payments")).id}`;
}

/** Promises by how many pixels the page is wider than the window, and what sticks out. */
export function overflow(page: Page): Promise<{ by: number; from: string[] }> {
  return page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    const by = document.documentElement.scrollWidth - width;
    const from = [...document.querySelectorAll("body *")]
      .filter((one) => one.getBoundingClientRect().right > width + 1)
      .map((one) => one.outerHTML.slice(0, 120)).slice(0, 5);
    return { by, from: by > 0 ? from : [] };
  })()`);
}

/** Promises what is squeezed into a column of a few letters: words that stand below each other where there is room beside. */
export function squeezed(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const words = [...document.querySelectorAll("body *")].filter((one) =>
      [...one.childNodes].some((node) =>
        node.nodeType === Node.TEXT_NODE && node.data.trim().length > 8
      )
    );
    return words.filter((one) => {
      const { width, height } = one.getBoundingClientRect();
      return width > 1 && width < 70 && height > 4 * width;
    }).map((one) => one.outerHTML.slice(0, 120));
  })()`);
}
