/**
 * The whole of PagerPal on a free port, as a browser finds it: the demonstration's teams, people and alerts on a real
 * database, a stand-in Infobip and a real mail server, and a clock that stands until the test moves it.
 */
import { INTAKE_PATHS } from "../../src/http/intake_paths.ts";
import { act } from "../../src/app/incidents/act.ts";
import { beginSession } from "../../src/app/accounts/login_sessions.ts";
import type { Incident } from "../../src/domain/incidents/incident.ts";
import type { Role } from "../../src/domain/responders/people.ts";
import type { Actor } from "../../src/domain/incidents/timeline.ts";
import type { Store } from "../../src/ports/store.ts";
import { demoAlerts } from "../../scripts/seed/alerts.ts";
import type { SourceKeys } from "../../scripts/seed/post_alerts.ts";
import { writeDemo } from "../../scripts/seed/write_demo.ts";
import { cheapHash } from "../cheap_hash.ts";
import { World } from "../flow/world.ts";

export const PASSWORD = "lantern gravel otter meridian";
const passwordHash = cheapHash(PASSWORD);

/** Who logs in with which role. */
export const ACCOUNTS: Record<Role, string> = {
  admin: "maya@example.com",
  responder: "idris@example.com",
  viewer: "priya@example.com",
};

const randomBytes = (length: number) =>
  crypto.getRandomValues(new Uint8Array(length));

export class Stage implements AsyncDisposable {
  readonly world: World;
  readonly origin: string;
  /** Keys of the demonstration's sources, by the source's name. */
  keys: SourceKeys = new Map();
  readonly #server: Deno.HttpServer;

  private constructor(world: World, server: Deno.HttpServer, origin: string) {
    this.world = world;
    this.#server = server;
    this.origin = origin;
  }

  /** Promises a PagerPal that nobody has set up yet; `demo()` fills it. */
  static async open(store: Store): Promise<Stage> {
    let pagerpal: World["pagerpal"] | null = null;
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request, info) =>
        pagerpal?.fetch(request, info) ?? new Response(null, { status: 503 }),
    );
    const origin = `http://127.0.0.1:${server.addr.port}`;
    const env = { PAGERPAL_BASE_URL: origin };
    const world = await World.open(store, { env });
    pagerpal = world.pagerpal;
    return new Stage(world, server, origin);
  }

  get store(): Store {
    return this.world.store;
  }

  /** Writes the demonstration and one account of each role, and posts its alerts; everybody paged by them is paged. */
  async demo({ alerts = true } = {}): Promise<void> {
    this.keys = await writeDemo(this.store, {
      nowMs: this.world.nowMs,
      randomBytes,
    });
    for (const role of ["admin", "responder", "viewer"] as const) {
      await this.#insertAccount(role);
    }
    if (!alerts) return;
    for (const { source, body } of demoAlerts(this.world.nowMs)) {
      await this.alert(body, source);
    }
  }

  /** Posts an alert through the front door of a source; what is due is sent. Promises the incident it belongs to. */
  async alert(body: unknown, source = "Checkout probes"): Promise<Incident> {
    const { kind, key } = this.keys.get(source) ?? {};
    if (!kind || !key) throw new Error(`There is no source ${source}`);
    const { status, body: said } = await this.world.post(
      INTAKE_PATHS[kind],
      body,
      { key },
    );
    if (status >= 300) {
      throw new Error(`The alert was answered ${status}: ${said}`);
    }
    return await this.world.incident();
  }

  /** The newest incident whose title has these words. */
  async incident(words: string): Promise<Incident> {
    const { items } = await this.store.incidents.list(
      { text: words },
      { page: 1, pageSize: 1 },
    );
    const found = items[0] && await this.store.incidents.find(items[0].id);
    if (!found) throw new Error(`There is no incident called ${words}`);
    return found;
  }

  /** Somebody with this role does something elsewhere. */
  async act(
    role: Role,
    kind: "acknowledge" | "resolve",
    incidentId: number,
  ): Promise<void> {
    const action = { kind, actor: await this.actor(role) };
    const { ok } = await act(this.world.pagerpal.engine, {
      incidentId,
      action,
    });
    if (!ok) throw new Error(`${kind} was refused`);
    await this.world.settled();
  }

  async actor(role: Role): Promise<Actor> {
    const responder = await this.store.responders.findByEmail(ACCOUNTS[role]);
    if (!responder) throw new Error(`Nobody has the role ${role}`);
    const { id: responderId, name } = responder;
    return { kind: "responder", responderId, name, via: "api" };
  }

  /** Promises the token of a session that a browser may be given as its cookie. */
  async session(role: Role): Promise<string> {
    const account = await this.store.accounts.findByEmail(ACCOUNTS[role]);
    if (!account) throw new Error(`There is no account for ${role}`);
    const { token } = await beginSession({
      store: this.store,
      clock: () => this.world.nowMs,
      randomBytes,
    }, { account, replaces: null, address: "127.0.0.1", userAgent: "a test" });
    return token;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.world.pagerpal.closeStreams();
    await this.#server.shutdown();
    await this.world.close();
  }

  async #insertAccount(role: Role): Promise<void> {
    const email = ACCOUNTS[role];
    const responder = await this.store.responders.findByEmail(email);
    if (!responder) throw new Error(`The demonstration lacks ${email}`);
    await this.store.accounts.insert({
      responderId: responder.id,
      email,
      passwordHash: await passwordHash,
      role,
      enabled: true,
    }, this.world.nowMs);
  }
}
