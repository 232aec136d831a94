/** What became of a test page. */
import type { ContactMethod } from "../../domain/responders/people.ts";
import type { SendResult } from "../../ports/channel.ts";
import type { Notice } from "../notice.ts";
import { channelName } from "./notification_words.ts";

/** Promises one sentence, with the provider's own words where it did not work. */
export function testPageWords(
  result: SendResult,
  { channel, address, provider }:
    & Pick<ContactMethod, "channel" | "address">
    & { provider: string },
): Notice {
  const what = `The test page by ${channelName({ channel })} to ${address}`;
  switch (result.outcome) {
    case "sent":
      return {
        tone: "good",
        text:
          `${what} was accepted by ${provider}. It should arrive within a minute.`,
      };
    case "retry":
      return {
        tone: "bad",
        text: `${what} did not go through, but may later: ${result.error}`,
      };
    case "permanent":
      return {
        tone: "bad",
        text: `${what} was refused and will not work: ${result.error}`,
      };
  }
}
