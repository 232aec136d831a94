/** How the service itself is doing: jobs, nodes, providers, version; for admins also what is configured. */
import {
  CHANNEL_KINDS,
  type ContactMethod,
} from "../domain/responders/people.ts";
import { mayWorkOn, schemaFit } from "../domain/system/schema_fit.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import type { Routes } from "../http/routes.ts";
import { tryOut } from "./responders/contact_forms.ts";
import type { WebDeps } from "./deps.ts";
import { readPosted } from "./form.ts";
import { leaveNotice } from "./notice.ts";
import { showPage } from "./page.ts";
import { type JobRow, jobRow } from "./view/job_words.ts";
import { type NodesView, nodesView } from "./view/node_words.ts";
import { channelName } from "./view/notification_words.ts";
import { counted } from "./view/plural.ts";
import { type ProviderRow, providerRow } from "./view/provider_words.ts";
import { type Viewer, viewerOf } from "./viewer.ts";

/** Adds `/settings` and its button that sends a test page. */
export function addSettings(routes: Routes, deps: WebDeps): void {
  routes.page("/settings", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    return showPage(c, deps, {
      template: "settings",
      title: "Settings",
      place: "settings",
      viewer,
      view: await settingsView(deps, viewer),
    });
  });

  routes.page("/settings/test-page", "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const by = c.get("principal").account;
    const channel = CHANNEL_KINDS.find((one) => one === form.text("channel"));
    const method = (await ownMethods(deps, viewer))
      .find((one) => one.channel === channel);
    const notice = method ? await tryOut(c, deps, { method, by }) : {
      tone: "bad" as const,
      text: `You have no contact method for ${
        channelName({ channel })
      } that is switched on. Add one on your account page.`,
    };
    leaveNotice(c, notice, deps.config);
    return c.redirect("/settings", 303);
  }, "post");
}

async function settingsView(deps: WebDeps, viewer: Viewer) {
  const { store, config, schemaVersion, node } = deps;
  const { nowMs } = viewer.view;
  const runs = await store.jobs.list();
  const nodes = nodesView(await store.nodes.list(), { name: node, nowMs });
  const jobs = deps.jobs().map((job) =>
    jobRow(job, runs.filter(({ name }) => name === job.name), nowMs)
  );
  const own = await ownMethods(deps, viewer);
  const providers = deps.providers().map((state) => {
    const method = own.find(({ channel }) => channel === state.channel);
    return {
      ...providerRow(state, nowMs),
      configured: state.configured,
      address: method?.address ?? "",
    };
  });
  const schema = await store.check();
  const fit = schemaFit(schema, schemaVersion);
  return {
    sentence: config.sendingEnabled
      ? sentence({ jobs, providers, nodes })
      : "Sending is switched off: pages are written down and nobody is paged.",
    sendingEnabled: config.sendingEnabled,
    jobs,
    nodes,
    providers,
    version: config.version,
    schema: fit === "same"
      ? `at migration ${schemaVersion}, the newest`
      : `at migration ${schema.schemaVersion}; this program knows ${schemaVersion}${
        fit === "newer" ? " and can work on it" : ""
      }`,
    schemaOk: mayWorkOn(fit),
    ...viewer.can.administer
      ? { settings: deps.settings, accounts: await accountWords(deps) }
      : { settings: [], accounts: "" },
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

async function ownMethods(
  { store }: WebDeps,
  { responderId }: Viewer,
): Promise<ContactMethod[]> {
  const methods = await store.responders.contactMethods(responderId);
  return methods.filter(({ enabled }) => enabled);
}

async function accountWords({ store }: WebDeps): Promise<string> {
  const { total } = await store.accounts.list({ page: 1, pageSize: 1 });
  const admins = await store.accounts.countAdmins();
  return `${counted(total, "account")}, ${counted(admins, "enabled admin")}`;
}

function sentence({ jobs, providers, nodes }: {
  jobs: readonly JobRow[];
  providers: readonly (ProviderRow & { configured: boolean })[];
  nodes: NodesView;
}): string {
  const job = jobs.find(({ tone }) => tone === "bad");
  if (job) return `${job.title}: ${lowerFirst(job.state)}.`;
  const provider = providers.find(({ tone }) => tone === "bad");
  if (provider) return `${provider.title}: ${provider.state}`;
  if (!providers.some(({ configured }) => configured)) {
    return "No provider is set up, so no page can leave.";
  }
  if (nodes.tone === "bad") return nodes.sentence;
  return "Sending is on, the jobs run, and no provider is failing.";
}
