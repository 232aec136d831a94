/** Which alert source a request comes from. */
import type { IntakeQueue } from "../app/intake/intake_queue.ts";
import type { CheckedKey } from "../app/intake/check_key.ts";
import type { SourceKind } from "../domain/intake/alert_source.ts";
import { readAuthorization } from "../http/auth/credentials.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import { Problem } from "../http/problem.ts";
import { INTAKE_PATHS } from "../http/intake_paths.ts";

/**
 * Promises the enabled source whose key the request holds, with a token taken where it has one. Throws 401 with the same
 * words for no key, an unknown one and a disabled source, and with the challenge that makes SNS send the credentials of
 * its URL. Throws 403 when the source is of another kind.
 */
export async function demandSource(
  c: EdgeContext,
  { checkKey, kind }: Pick<IntakeQueue, "checkKey"> & { kind: SourceKind },
): Promise<CheckedKey> {
  const checked = await checkKey(keyOf(c));
  if (checked === null) throw unauthorized();
  const { source } = checked.origin;
  if (source.kind === kind) return checked;
  throw new Problem(
    403,
    "wrong_endpoint",
    `This key belongs to a source of the kind ${source.kind}, which posts to ${
      INTAKE_PATHS[source.kind]
    }.`,
  );
}

/** The key from the path, `X-API-Key`, a Bearer token or a Basic password, in this order; empty where there is none. */
function keyOf(c: EdgeContext): string {
  const direct = c.req.param("key") ?? c.req.header("x-api-key");
  if (direct !== undefined) return direct;
  const credentials = readAuthorization(c.req.header("authorization"));
  if (credentials === null) return "";
  return credentials.scheme === "basic"
    ? credentials.password
    : credentials.token;
}

function unauthorized(): Problem {
  return new Problem(
    401,
    "unauthorized",
    "The API key is missing, unknown, or belongs to a source that is switched off. Send it in the header X-API-Key.",
    { headers: { "www-authenticate": 'Basic realm="PagerPal alert source"' } },
  );
}
