/** Whom the checks page: two people with telephones, a policy that goes from one to the other, and a source. */
import { api, NODES } from "./pagerpal.ts";

/** Digits, as the provider is given them. */
export const FIRST_PHONE = "447700900101";
export const SECOND_PHONE = "447700900102";

const [node] = NODES;

/**
 * Promises the key of a new source whose alerts page the first telephone at once, and the second when nobody has
 * answered for so many minutes.
 */
export async function furnish(
  name: string,
  delayMinutes: number,
): Promise<string> {
  const team = await api(node, "POST", "/teams", { name });
  const first = await responder(`${name}, first`, FIRST_PHONE);
  const second = await responder(`${name}, second`, SECOND_PHONE);
  const policy = await api(node, "POST", "/escalation-policies", {
    team_id: team.id,
    name,
    repeat_count: 0,
    steps: [
      {
        delay_minutes: delayMinutes,
        targets: [{ type: "responder", id: first }],
      },
      { delay_minutes: 60, targets: [{ type: "responder", id: second }] },
    ],
  });
  const source = await api(node, "POST", "/alert-sources", {
    team_id: team.id,
    name,
    escalation_policy_id: policy.id,
  });
  return source.api_key;
}

async function responder(name: string, phone: string): Promise<number> {
  const { id } = await api(node, "POST", "/responders", {
    name,
    email: `${name.toLowerCase().replace(/\W+/g, "-")}@example.com`,
  });
  await api(node, "POST", `/responders/${id}/contact-methods`, {
    channel: "sms",
    address: `+${phone}`,
  });
  return id;
}
