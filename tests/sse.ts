/** Reads a stream of server-sent events. */

/** Promises the data of each event `changed`, as it comes; ends with the stream. */
export async function* changes(
  response: Response,
): AsyncGenerator<{ open: number }> {
  let text = "";
  const body = response.body ?? new ReadableStream();
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = /^event: changed\ndata: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

/** Settles with the first event that says that so many are open. */
export async function untilOpen(
  stream: AsyncGenerator<{ open: number }>,
  count: number,
): Promise<void> {
  for (;;) {
    const { value, done } = await stream.next();
    if (done) throw new Error("The stream ended before.");
    if (value.open === count) return;
  }
}
