/** A server with a certificate of an authority that only the tests know, on a free port of this machine. */
import { generate } from "npm:selfsigned@5.5.0";

export interface Authority {
  /** PEM. */
  cert: string;
  key: string;
}

const EC = { keyType: "ec", algorithm: "sha256" } as const;

/** Promises an authority that nobody trusts unless told to. */
export async function makeAuthority(name: string): Promise<Authority> {
  const made = await generate([{ name: "commonName", value: name }], {
    ...EC,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, critical: true },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** Promises a certificate for the host's name, from the authority; `endedMs` is when it became too old. */
export async function certify(
  host: string,
  { authority, endedMs }: { authority: Authority; endedMs?: number },
): Promise<Authority> {
  const made = await generate([{ name: "commonName", value: host }], {
    ...EC,
    ca: authority,
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "subjectAltName", altNames: [{ type: 2, value: host }] },
    ],
    ...endedMs === undefined ? {} : {
      notBeforeDate: new Date(endedMs - 86_400_000),
      notAfterDate: new Date(endedMs),
    },
  });
  return { cert: made.cert, key: made.private };
}

/** Promises the server, to be disposed of. */
export function serveHttps(
  { cert, key }: Authority,
  answer: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
    answer,
  );
}
