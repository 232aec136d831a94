/** Teams as they are written, and who belongs to them. */
import { z } from "@hono/zod-openapi";
import type { Team, UserAccount } from "../../domain/responders/people.ts";
import type { Repositories } from "../../ports/store.ts";
import { changeOf, line, shownTime, text } from "../fields.ts";
import { given } from "../given.ts";
import { recordChange } from "../record_change.ts";
import type { Resource } from "../resource.ts";
import { checkResponders } from "../references.ts";
import { notFound } from "../refused_error.ts";

export const MOST_MEMBERS = 500;

const fields = { name: line(100), description: text(2_000) };
export type TeamFields = { name: string; description: string };

export const teamResource: Resource<
  Team,
  TeamFields,
  ReturnType<typeof shownTeam>
> = {
  noun: "team",
  create: z.object({ ...fields, description: fields.description.default("") })
    .openapi("NewTeam"),
  change: changeOf(fields).openapi("TeamChange"),
  repository: (from) => from.teams,
  show: shownTeam,
  toRow: ({ name, description }) => given({ name, description }),
  check: () => Promise.resolve(),
};

/** Promises the team as JSON has it. */
function shownTeam(team: Team) {
  return {
    id: team.id,
    name: team.name,
    description: team.description,
    created_at: shownTime(team.createdAtMs),
    updated_at: shownTime(team.updatedAtMs),
  };
}

/** Promises the ids of all members after the change; to be called in a transaction. `to` decides on the present ones. */
export async function changeMembers(
  tx: Repositories,
  { teamId, by, to, nowMs }: {
    teamId: number;
    by: UserAccount;
    to: (ids: number[]) => number[];
    nowMs: number;
  },
): Promise<number[]> {
  if (!await tx.teams.find(teamId)) throw notFound("team", teamId);
  const before = await tx.teams.memberIds(teamId);
  const ids = [...new Set(to(before))];
  await checkResponders(tx, { ids, field: "responder_ids" });
  await tx.teams.setMembers(teamId, ids);
  await recordChange(tx, {
    by,
    action: "team.set_members",
    objectId: teamId,
    before: { responder_ids: before },
    after: { responder_ids: ids },
  }, nowMs);
  return ids;
}
