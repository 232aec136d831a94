/** The end of a handler that takes a form: on to the next page, or the form once more. */
import type { EdgeContext } from "../http/edge_env.ts";
import type { WebDeps } from "./deps.ts";
import { type FormErrors, formErrors } from "./form.ts";
import { leaveNotice } from "./notice.ts";

/**
 * Promises the way on once `work` is done: it answers where to go and the sentence to be shown there. What the person can
 * mend is shown by `again`, with the errors by field.
 */
export async function doneOrAgain(
  c: EdgeContext,
  deps: WebDeps,
  { work, again }: {
    work: () => Promise<{ to: string; said: string }>;
    again: (errors: FormErrors) => Response | Promise<Response>;
  },
): Promise<Response> {
  let done: { to: string; said: string };
  try {
    done = await work();
  } catch (error) {
    return await again(formErrors(error, c));
  }
  leaveNotice(c, { tone: "good", text: done.said }, deps.config);
  return c.redirect(done.to, 303);
}
