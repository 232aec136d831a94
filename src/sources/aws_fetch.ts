/** The only way in which a source reaches out: a small GET to AWS. */

export type Fetch = typeof globalThis.fetch;

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 64 * 1024;

export type FetchedText =
  | { ok: true; status: number; text: string }
  | { ok: false; message: string };

/**
 * Promises status and text of an answer of at most 64 KiB within 5 s, or in words why there is none. Follows no
 * redirect, sends nothing of ours, never throws. The caller has made sure that the URL is an SNS endpoint.
 */
export async function fetchText(
  fetch: Fetch,
  url: string,
): Promise<FetchedText> {
  try {
    const response = await fetch(url, {
      redirect: "error",
      credentials: "omit",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await boundedText(response);
    return text === null
      ? { ok: false, message: "the answer is larger than 64 KiB" }
      : { ok: true, status: response.status, text };
  } catch (error) {
    const timedOut = error instanceof DOMException &&
      error.name === "TimeoutError";
    const message = timedOut
      ? "no answer within 5 s"
      : "the connection failed or was redirected";
    return { ok: false, message };
  }
}

async function boundedText(response: Response): Promise<string | null> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
