/** A last look at a notice that is about to leave: what was true when it was written may not be any more. */
import type { Notice } from "../domain/notice.ts";
import type { NoticeCheck } from "./deliver_notices.ts";
import type { Repositories } from "../ports/store.ts";

/** Promises the notice as it is to leave, its words brought up to date, or why it is not to leave. */
export function checkNotice(
  _store: Repositories,
  notice: Notice,
): Promise<NoticeCheck> {
  return Promise.resolve({ send: notice });
}
