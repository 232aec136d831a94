/** What tracing is, and the one that does none: it needs no library, and most processes have it. */
import type { Observer } from "../ports/observer.ts";

export interface Tracing extends Pick<Observer, "span" | "following"> {
  /** The trace that the caller's work belongs to, 32 hexadecimal digits; null: none. */
  traceId(): string | null;
}

/** Does the work and no more. */
export const UNTRACED: Tracing = {
  following: (_headers, work) => work(),
  span: (_name, _attributes, work) => work(() => {}),
  traceId: () => null,
};
