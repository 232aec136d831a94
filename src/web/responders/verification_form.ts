/** Showing with a code that a contact method reaches its person: sent by one button, typed into one field. */
import { confirmVerification } from "../../app/responders/confirm_verification.ts";
import { demandMethod } from "../../app/responders/contact_methods.ts";
import { sendVerification } from "../../app/responders/send_verification.ts";
import { VERIFICATION } from "../../domain/responders/verification.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { demandOwn } from "./own_contact.ts";
import { addressWords, methodName, whyNotSent } from "./contacts_view.ts";
import type { WebDeps } from "../deps.ts";
import { doneOrAgain } from "../done_or_again.ts";
import { type FormErrors, readPosted } from "../form.ts";
import { showPage } from "../page.ts";
import { pathId } from "../posted.ts";
import { shownTime } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const PATH = "/responders/{id}/contact-methods/{method}/verification";

/** Adds the page with the field, and what its two forms do. */
export function addVerificationForm(routes: Routes, deps: WebDeps): void {
  routes.page(PATH, "responder", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    return show(c, deps, viewer);
  });

  routes.page(PATH, "responder", async (c: EdgeContext) => {
    const { viewer } = await readPosted(c, deps);
    await demandOwn(c, deps, viewer);
    const method = await methodOf(c, deps);
    const by = c.get("principal").account;
    return await doneOrAgain(c, deps, {
      work: async () => {
        await sendVerification(deps.immediate, { method, by });
        const to = `${pathOf(c)}/verification`;
        return {
          to,
          said: `A code is on its way by ${await methodName(method)}.`,
        };
      },
      again: (errors) => show(c, deps, viewer, errors),
    });
  }, "post");

  routes.page(`${PATH}/confirm`, "responder", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { id } = await demandOwn(c, deps, viewer);
    const key = { responderId: id, methodId: pathId(c, "method") };
    const typed = {
      key,
      code: form.text("code"),
      by: c.get("principal").account,
    };
    return await doneOrAgain(c, deps, {
      work: async () => {
        const method = await confirmVerification(deps.immediate, typed);
        const to = id === viewer.responderId ? "/account" : `/responders/${id}`;
        return { to, said: `${await methodName(method)} is verified.` };
      },
      again: (errors) => show(c, deps, viewer, errors),
    });
  }, "post");
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  viewer: Viewer,
  errors: FormErrors = {},
): Promise<Response> {
  const { id, name } = await demandOwn(c, deps, viewer);
  const method = await methodOf(c, deps);
  const { nowMs } = viewer.view;
  const [pending] = await deps.store.verifications
    .listPending([method.id], nowMs);
  return showPage(c, deps, {
    template: "verification",
    title: `Verify ${await methodName(method)}`,
    place: "responders",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      id,
      name,
      method: await methodName(method),
      address: await addressWords(method),
      path: `${pathOf(c)}/verification`,
      isOwn: id === viewer.responderId,
      verified: method.verifiedAtMs === null
        ? null
        : shownTime(method.verifiedAtMs, viewer.view),
      pending: pending ? shownTime(pending.expiresAtMs, viewer.view) : null,
      why: whyNotSent(method, deps),
      ...VERIFICATION,
      errors: pending ? errors : withoutField(errors),
    },
  });
}

/** Where there is no field any more, what was wrong in it is said above. */
function withoutField(errors: FormErrors): FormErrors {
  const said = Object.values(errors).join(" ");
  return said === "" ? {} : { "": said };
}

function methodOf(c: EdgeContext, { store }: WebDeps) {
  const key = { responderId: pathId(c), methodId: pathId(c, "method") };
  return demandMethod(store, key);
}

function pathOf(c: EdgeContext): string {
  return `/responders/${pathId(c)}/contact-methods/${pathId(c, "method")}`;
}
