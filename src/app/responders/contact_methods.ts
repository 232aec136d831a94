/** How a responder is reached: made, changed and taken away. Each to be called in a transaction. */
import { z } from "@hono/zod-openapi";
import {
  CHANNEL_KINDS,
  type ContactMethod,
  type UserAccount,
} from "../../domain/responders/people.ts";
import type { Repositories } from "../../ports/store.ts";
import { contactAddress } from "./contact_address.ts";
import { shownTime, text } from "../fields.ts";
import { type Given, given } from "../given.ts";
import { recordChange } from "../record_change.ts";
import { demandResponder } from "../references.ts";
import { notFound, RefusedError } from "../refused_error.ts";

const MOST_METHODS = 20;

export const methodFields = {
  channel: z.enum(CHANNEL_KINDS),
  /** Brought into the one stored form by `contactAddress`. */
  address: z.string().trim().min(1, "Must not be empty.").max(254),
  label: text(100),
  enabled: z.boolean(),
};
export type MethodFields = Pick<
  ContactMethod,
  "channel" | "address" | "label" | "enabled"
>;

/** Which one: the method must be the responder's. */
export interface MethodKey {
  responderId: number;
  methodId: number;
}

interface By {
  by: UserAccount;
  nowMs: number;
}

/** Promises the new contact method; refuses a wrong address and more than 20. */
export async function addContactMethod(
  tx: Repositories,
  { responderId, fields }: { responderId: number; fields: MethodFields },
  { by, nowMs }: By,
): Promise<ContactMethod> {
  const address = await contactAddress(fields.channel, fields.address);
  await demandResponder(tx, responderId);
  await demandRoom(tx, responderId);
  const row = { ...fields, address, responderId };
  const method = await tx.responders.insertContactMethod(row, nowMs);
  await recordChange(tx, {
    by,
    action: "contact_method.create",
    objectId: method.id,
    before: null,
    after: shownMethod(method),
  }, nowMs);
  return method;
}

/** Promises the changed contact method. With another channel or address it is not verified, and a code for it is void. */
export async function changeContactMethod(
  tx: Repositories,
  { key, fields }: { key: MethodKey; fields: Given<MethodFields> },
  { by, nowMs }: By,
): Promise<ContactMethod> {
  const before = await demandMethod(tx, key);
  const channel = fields.channel ?? before.channel;
  // A changed channel makes another thing of the same address.
  const address = await contactAddress(
    channel,
    fields.address ?? before.address,
  );
  const patch = { ...given({ ...fields }), channel, address };
  const { id } = before;
  // Before the method itself, as confirming a code does: so that nobody deadlocks.
  if (channel !== before.channel || address !== before.address) {
    await tx.verifications.delete(id);
  }
  const after = await tx.responders.updateContactMethod(id, patch, nowMs);
  if (!after) throw notFound("contact method", id);
  await recordChange(tx, {
    by,
    action: "contact_method.update",
    objectId: id,
    before: shownMethod(before),
    after: shownMethod(after),
  }, nowMs);
  return after;
}

/** Promises that the contact method is gone, and its rules with it. */
export async function deleteContactMethod(
  tx: Repositories,
  key: MethodKey,
  { by, nowMs }: By,
): Promise<void> {
  const before = await demandMethod(tx, key);
  await tx.responders.deleteContactMethod(before.id);
  await recordChange(tx, {
    by,
    action: "contact_method.delete",
    objectId: before.id,
    before: shownMethod(before),
    after: null,
  }, nowMs);
}

/** Promises the responder's contact method; throws 404 for one that is not there or somebody else's. */
export async function demandMethod(
  tx: Pick<Repositories, "responders">,
  { responderId, methodId }: MethodKey,
): Promise<ContactMethod> {
  const method = await tx.responders.findContactMethod(methodId);
  if (method?.responderId === responderId) return method;
  throw notFound("contact method", methodId);
}

/** Promises the contact method as JSON has it. */
export function shownMethod(method: ContactMethod) {
  return {
    id: method.id,
    responder_id: method.responderId,
    channel: method.channel,
    address: method.address,
    label: method.label,
    enabled: method.enabled,
    verified_at: method.verifiedAtMs === null
      ? null
      : shownTime(method.verifiedAtMs),
    created_at: shownTime(method.createdAtMs),
    updated_at: shownTime(method.updatedAtMs),
  };
}

async function demandRoom(
  tx: Repositories,
  responderId: number,
): Promise<void> {
  const methods = await tx.responders.contactMethods(responderId);
  if (methods.length < MOST_METHODS) return;
  throw new RefusedError(
    "conflict",
    "too_many",
    `A responder has at most ${MOST_METHODS} contact methods.`,
  );
}
