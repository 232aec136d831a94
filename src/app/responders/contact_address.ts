/** Where a page goes to, in the one form that is stored. */
import { z } from "@hono/zod-openapi";
import { invalid } from "../refused_error.ts";
import type { ChannelKind } from "../../domain/responders/people.ts";

const WRITTEN_NUMBER = /^\+[0-9 ()./-]{3,40}$/;

/**
 * Promises E.164 with `+` for sms and whatsapp, an addr-spec for email; throws a refusal of the field `address`.
 *
 * A number needs its country and a possible length; whether the range is in use is not asked, since numbering plans
 * change faster than any copy of them and a pager must not turn a real phone away.
 */
export async function contactAddress(
  channel: ChannelKind,
  text: string,
): Promise<string> {
  if (channel === "email") {
    const parsed = z.email().max(254).safeParse(text);
    if (parsed.success) return parsed.data;
    throw invalid("address", "An e-mail address, as maya@example.com.");
  }
  // A hundred modules that a start does without.
  const { parsePhoneNumberFromString } = await import("libphonenumber-js");
  // The library would also find a number in the middle of a text.
  const number = WRITTEN_NUMBER.test(text)
    ? parsePhoneNumberFromString(text, { extract: false })
    : undefined;
  if (number?.isPossible() && number.ext === undefined) return number.number;
  throw invalid(
    "address",
    "A phone number with its country code, as +44 7700 900123.",
  );
}
