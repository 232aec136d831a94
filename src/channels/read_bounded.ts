/** What somebody else's server answers, within limits. */

const MOST_BODY_BYTES = 64 * 1024;

/** Promises the text of a body of at most 64 KiB; empty for a longer one, of which the rest is let go. */
export async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BODY_BYTES) return "";
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
