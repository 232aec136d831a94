/** Calendars that are kept elsewhere, as PagerPal reads them over the network. */
import type { Validators } from "./calendar_repositories.ts";

/**
 * - `read`: the text and what the server said of it;
 * - `unchanged`: it is what it was when the validators were given;
 * - `failed`: `message` is a sentence that does not hold the address.
 */
export type CalendarAnswer =
  | { kind: "read"; text: string; validators: Validators }
  | { kind: "unchanged" }
  | { kind: "failed"; message: string };

/** Promises an answer and never throws; only public addresses are asked, within limits of time and size. */
export type FetchCalendar = (
  url: string,
  known: Validators,
) => Promise<CalendarAnswer>;
