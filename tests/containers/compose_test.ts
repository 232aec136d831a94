import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parse } from "npm:yaml@2.9.1";
import { readConfig } from "../../src/config.ts";
import { VARIABLES } from "../../src/config/variables.ts";

const ROOT = new URL("../../", import.meta.url);

interface Service {
  image: string;
  profiles?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  stop_grace_period?: string;
  logging?: { options: Record<string, string> };
}

interface ComposeFile {
  services: Record<string, Service>;
  volumes?: Record<string, { name?: string } | null>;
}

function compose(name: string): ComposeFile {
  const text = Deno.readTextFileSync(new URL(name, ROOT));
  return parse(text, { merge: true });
}

/** What Compose makes of `${NAME:-default}` where nothing is set but `env`. */
function interpolated(text: string, env: Record<string, string> = {}): string {
  return String(text).replace(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, otherwise: string) => env[name] || otherwise,
  );
}

const { services, volumes } = compose("docker-compose.yml");
const pagerpal = services.pagerpal as Service;

Deno.test("without a setting, Compose starts PagerPal alone, on port 8000 of this machine, with nothing sent", () => {
  const always = Object.entries(services).filter(([, { profiles }]) =>
    !profiles
  );
  deepEqual(always.map(([name]) => name), ["pagerpal"]);
  deepEqual(pagerpal.ports?.map((port) => interpolated(port)), [
    "127.0.0.1:8000:8000",
  ]);
  const env = Object.fromEntries(
    Object.entries(pagerpal.environment ?? {}).map((
      [name, text],
    ) => [name, interpolated(text)]),
  );
  const config = readConfig(env, Deno.readTextFileSync);
  equal(config.notificationSendingEnabled, false);
  equal(config.host, "0.0.0.0");
  deepEqual(config.database, { kind: "libsql-file", path: "data/pagerpal.db" });
  deepEqual(config.warnings, []);
});

Deno.test("Compose passes every setting on, but for secrets in files and what the container decides", () => {
  const passed = pagerpal.environment ?? {};
  deepEqual(Object.keys(passed).sort(), Object.keys(VARIABLES).sort());
  for (const [name, text] of Object.entries(passed)) {
    if (name === "HOST") continue;
    equal(interpolated(text, { [name]: "held" }), "held", name);
  }
});

Deno.test("PagerPal keeps its data in the volume pagerpal-data, and can write nowhere else", () => {
  deepEqual(pagerpal.volumes, ["pagerpal-data:/data"]);
  equal(volumes?.["pagerpal-data"]?.name, "pagerpal-data");
  equal(pagerpal.read_only, true);
  deepEqual(pagerpal.cap_drop, ["ALL"]);
  deepEqual(pagerpal.security_opt, ["no-new-privileges:true"]);
});

Deno.test("PostgreSQL and Caddy come with their profiles only, and keep what they have", () => {
  deepEqual(services.postgres?.profiles, ["postgres"]);
  deepEqual(services.postgres?.volumes, ["postgres-data:/var/lib/postgresql"]);
  deepEqual(services.caddy?.profiles, ["tls"]);
  ok(services.caddy?.volumes?.includes("caddy-data:/data"));
  // Its certificates are for the address that PagerPal's links have.
  equal(
    services.caddy?.environment?.SITE,
    "${PAGERPAL_BASE_URL:-https://localhost}",
  );
});

Deno.test("every container is started again, and its log is bounded", () => {
  for (const [name, { restart, logging }] of Object.entries(services)) {
    equal(restart, "unless-stopped", name);
    match(logging?.options["max-size"] ?? "", /^\d+m$/, name);
  }
});

Deno.test("no Compose file uses what docker-compose 1.29 cannot read", () => {
  for (
    const name of ["docker-compose.yml", "docker-compose.production-smoke.yml"]
  ) {
    const text = Deno.readTextFileSync(new URL(name, ROOT));
    ok(!/\$\{[^}]*\$\{/.test(text), `${name}: nested interpolation`);
    ok(
      !/^\s+required:|^include:|^name:|start_interval|env_file:\n/m.test(text),
      name,
    );
  }
});

Deno.test("the smoke test runs two containers of one image, hardened as Compose has them", () => {
  const smoke = compose("docker-compose.production-smoke.yml").services;
  deepEqual(Object.keys(smoke).sort(), [
    "app_a",
    "app_b",
    "checks",
    "postgres",
    "provider",
  ]);
  deepEqual(smoke.app_a, smoke.app_b);
  for (const name of ["read_only", "cap_drop", "security_opt"] as const) {
    deepEqual(smoke.app_a?.[name], pagerpal[name], name);
  }
  // Nothing of the machine is used or shown: no port, no volume that stays.
  for (const [name, { ports, volumes = [] }] of Object.entries(smoke)) {
    equal(ports, undefined, name);
    for (const volume of volumes) match(volume, /^\.\/[\w/]+:[\w/]+:ro$/, name);
  }
});
