/** Reads a calendar at an address that somebody typed in, so that nothing inside our own network can be reached by it. */
import type { IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import {
  CALENDAR_TOO_LONG,
  LONGEST_CALENDAR_BYTES,
} from "../domain/calendars/calendar_limit.ts";
import type {
  CalendarAnswer,
  FetchCalendar,
} from "../ports/calendar_source.ts";
import type { Validators } from "../ports/calendar_repositories.ts";
import { isPublicAddress } from "./public_address.ts";

export interface FetchOptions {
  /** Promises the addresses of a host's name. */
  resolve(name: string): Promise<{ address: string; family: number }[]>;
  isAllowed(address: string): boolean;
  limitMs: number;
  /** Certificate authorities, PEM, in the place of those that the system trusts. */
  ca?: string;
}

const MOST_REDIRECTS = 3;
const DEFAULTS: FetchOptions = {
  resolve: async (name) => {
    const { lookup } = await import("node:dns/promises");
    return await lookup(name, { all: true });
  },
  isAllowed: isPublicAddress,
  limitMs: 10_000,
};

/** Why a calendar is not read, a sentence without its address. */
class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/**
 * Promises the reader. Only http and https to public addresses, checked for each redirect (three at most) and at the
 * moment of connecting; 10 seconds in all, 2 MB at most.
 */
export function createFetchCalendar(
  options: Partial<FetchOptions> = {},
): FetchCalendar {
  const all = { ...DEFAULTS, ...options };
  return async (url, known) => {
    const limit = new AbortController();
    const timedOut = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      timedOut.reject(
        new Unreadable(
          `The calendar did not come within ${all.limitMs / 1_000} seconds.`,
        ),
      );
      limit.abort();
    }, all.limitMs);
    try {
      const reading = follow(url, known, { ...all, signal: limit.signal });
      return await Promise.race([reading, timedOut.promise]);
    } catch (error) {
      return { kind: "failed", message: reasonOf(error) };
    } finally {
      clearTimeout(timer);
      limit.abort();
    }
  };
}

type Hop = FetchOptions & { signal: AbortSignal };

async function follow(
  first: string,
  known: Validators,
  options: Hop,
): Promise<CalendarAnswer> {
  let url = checkedUrl(first, options);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const message = await ask(url, known, options);
    const { statusCode: status = 0, headers: { location } } = message;
    if (status === 304) {
      message.destroy();
      return { kind: "unchanged" };
    }
    if (status < 300 || status > 399 || location === undefined) {
      return await answerOf(message, status);
    }
    message.destroy();
    const next = checkedUrl(new URL(location, url).href, options);
    if (url.protocol === "https:" && next.protocol === "http:") {
      throw new Unreadable("The calendar's server leads from https to http.");
    }
    url = next;
  }
  throw new Unreadable(
    "The calendar's server redirects more than three times.",
  );
}

/** A name is looked up when it is connected to; an address, in whatever form it is written, is never looked up. */
function checkedUrl(text: string, { isAllowed }: Hop): URL {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Unreadable("Only addresses with http or https are read.");
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(host) && !isAllowed(host)) throw notPublic();
  url.username = "";
  url.password = "";
  return url;
}

/** Node's client takes some hundredths of a second to load, and a start does without it. */
async function ask(
  url: URL,
  { etag, lastModified }: Validators,
  options: Hop,
): Promise<IncomingMessage> {
  const { request } = url.protocol === "https:"
    ? await import("node:https")
    : await import("node:http");
  return await new Promise((resolve, reject) => {
    const asked = request(url, {
      // No connection is kept or shared: each is made to an address that was checked for it.
      agent: false,
      lookup: checkedLookup(options),
      signal: options.signal,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      headers: {
        "accept": "text/calendar, */*;q=0.1",
        "accept-encoding": "identity",
        "user-agent": "PagerPal",
        ...(etag === null ? {} : { "if-none-match": etag }),
        ...(lastModified === null ? {} : { "if-modified-since": lastModified }),
      },
    }, resolve);
    asked.on("error", reject);
    asked.end();
  });
}

function checkedLookup({ resolve, isAllowed }: Hop): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then((found) => {
      const [first] = found;
      if (!first || !found.every(({ address }) => isAllowed(address))) {
        callback(notPublic(), "", 0);
      } else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    }, (error) => callback(error, "", 0));
  };
}

async function answerOf(
  message: IncomingMessage,
  status: number,
): Promise<CalendarAnswer> {
  if (status !== 200) {
    message.destroy();
    throw new Unreadable(
      `The calendar's server answers with status ${status}.`,
    );
  }
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of message as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > LONGEST_CALENDAR_BYTES) {
      message.destroy();
      throw new Unreadable(CALENDAR_TOO_LONG);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  const { etag, "last-modified": lastModified } = message.headers;
  return {
    kind: "read",
    text: text + decoder.decode(),
    validators: {
      etag: etag?.slice(0, 500) ?? null,
      lastModified: lastModified?.slice(0, 100) ?? null,
    },
  };
}

function notPublic(): Unreadable {
  return new Unreadable(
    "The address leads into a private network. Only calendars on the internet are read.",
  );
}

/** Errors of the network name the host, which may be a secret: they are not repeated. */
function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  const { code = "", cause } = error as { code?: string; cause?: unknown };
  if (cause instanceof Unreadable) return cause.message;
  // Codes of OpenSSL's X509_verify_cert, as Node names them, and of Node's own look at the name.
  if (/CERT|LEAF_SIGNATURE/.test(code)) {
    return "The certificate of the calendar's server is not valid for it.";
  }
  return /^E(?:NOTFOUND|AI_)/.test(code)
    ? "The calendar's server is not known by its name."
    : "The calendar's server cannot be reached.";
}
