/** What somebody else's server answers, within limits. */

const MOST_BODY_BYTES = 64 * 1024;
/** Nearly every answer is shorter. */
const BUFFER_BYTES = 4 * 1024;

/** Promises the text of a body of at most 64 KiB; empty for a longer one, of which the rest is let go. */
export async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of chunksOf(response.body)) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BODY_BYTES) return "";
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * Each chunk is to be used before the next one is asked for. What was fetched is read into one small buffer: by itself Deno
 * takes 64 KiB for every read, and while pages go out that is most of the memory of the process.
 */
async function* chunksOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const reader = intoOwnBuffer(body);
  if (reader === null) return yield* body;
  try {
    let buffer = new Uint8Array(BUFFER_BYTES);
    for (;;) {
      const { done, value } = await reader.read(buffer);
      if (done) return;
      yield value;
      buffer = new Uint8Array(value.buffer);
    }
  } finally {
    await reader.cancel();
  }
}

/** Promises null for a stream that brings its own buffers, as of a body that was not fetched. */
function intoOwnBuffer(
  body: ReadableStream<Uint8Array>,
): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
