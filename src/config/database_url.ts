/** Reads DATABASE_URL: the forms that libSQL and PostgreSQL use, and the ones that PagerPal v1 (SQLAlchemy) used. */

/** Where the database is. `path` is relative to the working directory, or absolute. */
export type DatabaseConfig =
  | { kind: "libsql-file"; path: string }
  | { kind: "libsql-remote"; url: string; authToken: string | null }
  | { kind: "postgres"; url: string };

/** What the errors say is allowed. */
export const DATABASE_URL_FORMS =
  "sqlite:///./relative.db, sqlite:////absolute.db, file:path.db, libsql://host, http(s)://host " +
  "or postgres://user:password@host/database; an in-memory database is not allowed, it would forget incidents";

// `sqlite+aiosqlite`, `postgresql+psycopg` and their like: SQLAlchemy's "dialect+driver" (SQLAlchemy 2.0, Engine Configuration).
const SCHEME = /^([a-z]+)(?:\+[a-z0-9_]+)?:(.*)$/is;

/** Promises the database that the URL names, or null when it is none that PagerPal can use. */
export function readDatabaseUrl(url: string): DatabaseConfig | null {
  const [, scheme = "", rest = ""] = SCHEME.exec(url) ?? [];
  switch (scheme.toLowerCase()) {
    case "sqlite":
      // SQLAlchemy: `///` ends an empty host name; the path follows as it stands, then arguments for Python's driver only.
      return rest.startsWith("///")
        ? fileAt(rest.slice(3).replace(/\?.*$/, ""))
        : null;
    case "file":
      return fileAt(decoded(rest.replace(/^\/\/(?:localhost)?(?=\/)/, "")));
    case "libsql":
    case "http":
    case "https":
      return remote(url);
    case "postgres":
    case "postgresql":
      // Not the URL class: it refuses the lists of hosts that PostgreSQL allows (PostgreSQL manual, 34.1.1.2).
      return /^\/\/\S+$/.test(rest) && !rest.startsWith("///")
        ? { kind: "postgres", url: `postgres:${rest}` }
        : null;
    default:
      return null;
  }
}

function fileAt(path: string | null): DatabaseConfig | null {
  if (!path || path.includes("?") || path.includes(":memory:")) return null;
  return path.endsWith("/") ? null : { kind: "libsql-file", path };
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

function remote(text: string): DatabaseConfig | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.hostname === "" || url.username !== "" || url.password !== "") {
    return null;
  }
  const authToken = url.searchParams.get("authToken");
  url.searchParams.delete("authToken");
  return { kind: "libsql-remote", url: url.href, authToken };
}
