/** Notifications: send one again, and take in what became of them. */
import { z } from "@hono/zod-openapi";
import { RefusedError } from "../app/refused_error.ts";
import { sameSecret } from "../app/secrets.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import { Problem } from "../http/problem.ts";
import { decodeText, readBody } from "../http/read_body.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Receipt } from "../ports/channel.ts";
import type { ApiDeps } from "./deps.ts";
import { idText } from "../app/fields.ts";
import { actorOf } from "./incident_actions.ts";
import { NotificationDocument, shownNotification } from "./shown_incident.ts";

const tag = "Notifications";
const receiptsPath = "/api/v1/notifications/infobip/receipts";
const RECEIPT_BYTES = 5 * 1024 * 1024;
const WITHIN_MS = 30_000;

const Summary = z.object({
  received: z.int(),
  updated: z.int(),
  unknown: z.int().openapi({
    description: "Receipts for messages that are not ours.",
  }),
}).openapi("ReceiptSummary");

export function addNotifications(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path: "/api/v1/notifications/{id}/retry",
    access: "responder",
    name: "retryNotification",
    tag,
    summary: "Send a notification again",
    params: z.object({ id: idText }),
    problems: [409],
    answers: { 200: NotificationDocument },
  }, async ({ params, principal }) => {
    const actor = await actorOf(deps.store, principal);
    const result = await deps.actions.retryNotification(params.id, actor);
    if (result.ok) return ok(shownNotification(result.notification));
    const kind = result.status === 404 ? "not_found" : "conflict";
    throw new RefusedError(kind, result.code, result.message);
  });

  for (const path of [receiptsPath, `${receiptsPath}/{token}`] as const) {
    const inPath = path !== receiptsPath;
    routes.add({
      method: "post",
      path,
      access: "receipt_token",
      name: inPath ? "receiveReceiptsByPath" : "receiveReceipts",
      tag,
      summary: "Take in Infobip's delivery reports",
      description:
        "Receipts for unknown messages are counted, not refused: a provider repeats what is refused.",
      ...(inPath ? { params: z.object({ token: z.string() }) } : {}),
      problems: [400, 408, 413, 422],
      answers: { 200: Summary },
    }, async ({ c }) => {
      demandToken(c, deps.config.receiptToken);
      const receipts = await readReceipts(c, deps);
      const summary = await deps.actions.receiveReceipts(receipts);
      return ok({ received: receipts.length, ...summary });
    });
  }
}

function demandToken(c: EdgeContext, expected: string | null): void {
  const given = c.req.param("token") ??
    c.req.header("x-infobip-receipt-token") ?? "";
  if (sameSecret(given, expected ?? "") && given !== "") return;
  throw new Problem(
    401,
    "unauthorized",
    "Send the receipt token in the header X-Infobip-Receipt-Token.",
  );
}

async function readReceipts(
  c: EdgeContext,
  { bodyBudget, parseReceipts }: ApiDeps,
): Promise<Receipt[]> {
  const held = await readBody(c.req.raw, {
    bytes: RECEIPT_BYTES,
    withinMs: WITHIN_MS,
    budget: bodyBudget,
  });
  let body: unknown;
  try {
    body = JSON.parse(decodeText(held.bytes));
  } catch {
    throw new Problem(400, "malformed_json", "The body is not valid JSON.");
  } finally {
    held.release();
  }
  const receipts = parseReceipts(body);
  if (receipts !== null) return receipts;
  throw new Problem(
    422,
    "not_receipts",
    "The body holds no delivery reports: `results` must be a list.",
  );
}
