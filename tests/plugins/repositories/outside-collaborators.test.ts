import { expect, test } from "bun:test";
import { updateUserPermissions } from "../../../plugins/repositories/jobs/update-user-permissions";
import { signIn } from "../../../testing/factories";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, add, get, members } = await useRepositoryWorld(
  {},
  { COCOV_ALLOW_OUTSIDE_COLLABORATORS: "false" },
);

test("a member who becomes an outside collaborator, which the setting doesn't allow, loses tokens and memberships with the next sync", async () => {
  const { onGitHub, added } = await add({ name: "shared" });
  const [goes, stays] = ["goes", "stays"].map((login) => github.addUser({ login }));
  if (!goes || !stays) throw new Error("nobody");
  for (const user of [goes, stays]) onGitHub.setCollaborator(user, "admin");
  const tokens = [await signIn(server, github, "goes"), await signIn(server, github, "stays")];
  const asked = { token: tokens[0] ?? "", body: { description: "Script" } };
  const made: { token_value: string } = await (await server.request("POST", "/v1/personal_tokens", asked)).json();
  await jobs.idle();
  expect((await get("/v1/repositories/shared", made.token_value)).status).toBe(200);

  github.updateUser(goes, { orgRole: "none" });
  const users = await db.sql<{ userId: number }[]>`SELECT id AS "userId" FROM users`;
  await db.transaction((tx) => jobs.enqueueAll(tx, updateUserPermissions, users));
  await jobs.idle();
  const statuses = await Promise.all(
    [...tokens, made.token_value].map(async (token) => (await get("/v1/repositories/shared", token)).status),
  );
  expect(statuses).toEqual([401, 200, 401]);
  expect(await members(added.id)).toEqual({ [stays.id]: "admin" });
});
