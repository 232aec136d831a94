/** What a run of chaos starts from: an admin with a telephone, who is paged at once for whatever comes. */
import type { Server } from "../../tests/process/server.ts";

const ADMIN = "chaos@example.com";
const PASSWORD = "lantern gravel otter meridian";

/** Promises the key of a source whose alerts page the admin by SMS, and nobody else within two hours. */
export async function furnish(
  server: Server,
  runScript: (
    name: string,
    input: { args: string[]; input: string },
  ) => Promise<string>,
): Promise<string> {
  await runScript("create_admin", { args: [ADMIN], input: `${PASSWORD}\n` });
  const auth = `${ADMIN}:${PASSWORD}`;
  const request = async (method: string, path: string, body?: unknown) => {
    const reply = await server.request(method, `/api/v1${path}`, {
      auth,
      ...(body === undefined ? {} : { body }),
    });
    if (reply.status >= 300) {
      throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    }
    return reply.body;
  };
  const { items: [admin] } = await request("GET", "/responders");
  const own = `/responders/${admin.id}/contact-methods`;
  const { items: methods } = await request("GET", own);
  // There is no mail here.
  for (const { id } of methods) {
    await request("DELETE", `${own}/${id}`);
  }
  await request("POST", own, {
    channel: "sms",
    address: "+447700900123",
  });
  const team = await request("POST", "/teams", { name: "Chaos" });
  const policy = await request("POST", "/escalation-policies", {
    name: "Day and night",
    team_id: team.id,
    repeat_count: 0,
    steps: [{
      delay_minutes: 120,
      targets: [{ type: "responder", id: admin.id }],
    }],
  });
  const source = await request("POST", "/alert-sources", {
    name: "Probe",
    kind: "generic",
    team_id: team.id,
    escalation_policy_id: policy.id,
  });
  return source.api_key;
}
