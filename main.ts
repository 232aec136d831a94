/**
 * The process: settings, logs, database, migrations, workers, server, and an orderly end. `deno serve main.ts` takes the
 * exported fetch handler; with `--listen`, which `deno task start` passes, it listens by itself on HOST and PORT.
 */
import { fileURLToPath } from "node:url";
import { getLogger } from "@logtape/logtape";
import { uuidv7 } from "uuidv7";
import { compose } from "./src/compose.ts";
import { ConfigError, loadConfig } from "./src/config.ts";
import { registerJobs } from "./src/jobs/jobs.ts";
import { configureLogging } from "./src/logging.ts";
import { UNTRACED } from "./src/monitoring/untraced.ts";
import { openDatabase, UnmigratedError } from "./src/open_database.ts";
import { StoreUnavailableError } from "./src/ports/store.ts";
import {
  DatabaseNewerError,
  MigrationChangedError,
  MigrationFailedError,
} from "./src/store/migrate.ts";
import { NEWEST_SCHEMA_VERSION } from "./src/store/migrations.ts";
import { VERSION } from "./src/version.ts";

const log = getLogger(["pagerpal"]);

/**
 * Docker and its like kill after 10 s, and by then all must be over. A send takes 10 s at most: one that is still on its
 * way after this is given back, for another node to try with the same id.
 */
const DRAIN_MS = 7_000;
/** And then the database is waited for no longer than this. */
const LEAVE_MS = 1_500;

const config = readSettings();
const tracing = config.openTelemetry.enabled ? await startTracing() : UNTRACED;
configureLogging({
  level: config.logLevel,
  secrets: config.secrets,
  traceId: tracing.traceId,
});
for (const warning of config.warnings) log.warn(warning);
const store = await readyDatabase();
const hostname = Deno.hostname();
const node = `${hostname.slice(0, 100)}-${crypto.randomUUID().slice(0, 8)}`;
const pagerpal = compose({
  config,
  store,
  clock: Date.now,
  random: Math.random,
  // In the order of time: in an index they stand side by side, and each page of it is written once.
  newId: uuidv7,
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  fetch,
  tracing,
  node,
  hostname,
  version: VERSION,
  schemaVersion: NEWEST_SCHEMA_VERSION,
  staticDirectory: fileURLToPath(new URL("./static/", import.meta.url)),
});
registerJobs(pagerpal.jobContext, pagerpal.jobs);
const listensItself = Deno.args.includes("--listen");
// Before anything is claimed, since a process that cannot listen ends.
if (listensItself) listen();
// Requests are taken meanwhile.
void pagerpal.start();

// Deno warns of a handler that nobody serves, so there is none when we do.
export default listensItself ? {} : { fetch: pagerpal.fetch };

function readSettings() {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}

/** Its library is loaded where it is asked for. */
async function startTracing() {
  const { createTracing } = await import("./src/monitoring/tracing.ts");
  return createTracing(VERSION);
}

/** A database that is not ready is a sentence for the operator, not a stack. */
async function readyDatabase() {
  try {
    return await openDatabase(config, Date.now());
  } catch (error) {
    const known = error instanceof StoreUnavailableError ||
      error instanceof DatabaseNewerError ||
      error instanceof MigrationChangedError ||
      error instanceof MigrationFailedError ||
      error instanceof UnmigratedError;
    if (!known) throw error;
    refuse(error.message);
  }
}

function refuse(reason: string): never {
  log.fatal("PagerPal cannot start: {reason}", { reason });
  Deno.exit(1);
}

function listen(): void {
  const server = serve();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => void stop(server, signal));
  }
}

/** A port that is taken, or an address that is not this machine's, is a sentence too. */
function serve(): Deno.HttpServer {
  const { host: hostname, port } = config;
  const inAddress = hostname.includes(":") ? `[${hostname}]` : hostname;
  const onListen = () =>
    log.info("PagerPal {version} listens on {address}", {
      version: VERSION,
      address: `http://${inAddress}:${port}`,
      node,
      database: config.database.kind,
      sending: config.notificationSendingEnabled,
    });
  try {
    return Deno.serve({ hostname, port, onListen }, pagerpal.fetch);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    refuse(`HOST ${hostname} and PORT ${port} cannot be listened on: ${why}.`);
  }
}

let stopping = false;

async function stop(server: Deno.HttpServer, signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info("{signal}: no new work, finishing what is on its way", { signal });
  const deadline = setTimeout(() => void leave(1), DRAIN_MS);
  pagerpal.closeStreams();
  await Promise.all([server.shutdown(), pagerpal.drain()]);
  clearTimeout(deadline);
  await leave(0);
}

/** Says goodbye to the other nodes and ends the process. */
async function leave(code: number): Promise<never> {
  setTimeout(() => Deno.exit(1), LEAVE_MS);
  await pagerpal.leave();
  await store.close();
  log.info("Stopped");
  Deno.exit(code);
}
