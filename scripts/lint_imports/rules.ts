/** The rules of the import fence. docs/architecture.md shows them as a picture; change both together. */

/** Where the rooms are put together: may import everything and be imported by nothing in a room. */
const COMPOSITION = ["compose", "open_database"];

/** What each room of src may import besides itself. Libraries are open to all but the domain. */
export const MAY_IMPORT: Record<string, readonly string[] | undefined> = {
  domain: [],
  ports: ["domain"],
  sources: ["ports", "domain"],
  store: ["ports", "domain"],
  channels: ["ports", "domain"],
  calendars: ["ports", "domain"],
  monitoring: ["ports", "domain"],
  backup: ["store", "ports", "domain"],
  app: ["ports", "domain"],
  http: ["app", "ports", "domain"],
  api: ["app", "ports", "domain", "http"],
  web: ["app", "ports", "domain", "http"],
  jobs: ["app", "ports"],
  config: [],
  logging: [],
  version: [],
  ...Object.fromEntries(COMPOSITION.map((name) => [name, ["every room"]])),
};

/** Promises whether a file of one room may import a file of another. */
export function mayImport(from: string, to: string): boolean {
  return from === to || COMPOSITION.includes(from) ||
    (MAY_IMPORT[from]?.includes(to) ?? false);
}

const COMPOSITION_FILE = /^src\/(?:compose|open_database)\.ts$/;

/** Words that must not stand in some files' code. */
export const FORBIDDEN: readonly {
  word: RegExp;
  inside: RegExp;
  except?: RegExp;
  rule: string;
}[] = [
  {
    word: /\b(?:Deno|process)\s*\.\s*env\b/,
    inside: /^(?:src\/|main\.ts$)/,
    except: /^src\/config(?:\.ts$|\/)/,
    rule: "only src/config.ts reads the environment",
  },
  {
    word:
      /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?![\s(\w]))|\bTemporal\s*\.\s*Now\b/,
    inside: /^src\//,
    except: COMPOSITION_FILE,
    rule: "the clock is passed in as nowMs or a Clock",
  },
  {
    word: /\bMath\s*\.\s*random\b|\brandomUUID\b|\bgetRandomValues\b/,
    inside: /^src\//,
    except: COMPOSITION_FILE,
    rule: "chance and new ids are passed in",
  },
  {
    word:
      /\bDeno\s*\.|\bfetch\s*\(|\bset(?:Timeout|Interval)\b|\bperformance\s*\.|\bcrypto\s*\.|\bconsole\s*\./,
    inside: /^src\/domain\//,
    rule: "the domain is pure",
  },
];

/** Promises the room a file of src belongs to, as `store` for src/store/a.ts and `config` for src/config.ts; else null. */
export function roomOf(path: string): string | null {
  return /^src\/([^/]+?)(?:\.ts$|\/)/.exec(path)?.[1] ?? null;
}
