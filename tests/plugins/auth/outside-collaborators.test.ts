import { expect, test } from "bun:test";
import { refusal, useAuthWorld } from "./world/auth-world";

const { github, cameBack, exchange, written } = await useAuthWorld({ COCOV_ALLOW_OUTSIDE_COLLABORATORS: "false" });

test("outside collaborators are kept out where the setting says so, and nothing is written about them", async () => {
  const guest = github.addUser({ login: "guest", orgRole: "none" });
  (await github.addRepository({ name: "shared" })).setCollaborator(guest, "admin");
  const before = await written();
  expect(await refusal(await exchange(await cameBack("guest")))).toEqual({
    status: 403,
    code: "session.outside_collaborator_not_allowed",
  });
  expect(await written()).toBe(before);
});

test("strangers and members are judged as everywhere", async () => {
  github.addUser({ login: "stranger", orgRole: "none" });
  expect(await refusal(await exchange(await cameBack("stranger")))).toMatchObject({ code: "session.not_an_org_member" });
  expect((await exchange(await cameBack("member"))).status).toBe(200);
});
