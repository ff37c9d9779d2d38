import { expect, test } from "bun:test";
import { signIn } from "../../../testing/factories";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, jobs, add, get } = await useRepositoryWorld();

test("signing in links the commits that were written with a verified address of one's own", async () => {
  const grace = github.addUser({
    login: "grace",
    emails: [
      { email: "Grace@example.org", primary: true, verified: true },
      { email: "claimed@example.org", primary: false, verified: false },
    ],
  });
  const { onGitHub } = await add({ name: "api", files: { a: "a" } });
  await jobs.idle();
  const head = async (branch: string, email: string) => {
    await onGitHub.commit({ branch, author: { name: "G", email } });
    await github.deliver(
      "push",
      await github.payloads.push(onGitHub, { branch, before: null, after: await onGitHub.head(branch) }),
    );
    await jobs.idle();
    return async () => (await (await get(`/v1/repositories/api/branches/${branch}`)).json()).head.user;
  };
  const own = await head("own", "gRACE@example.org");
  const claimed = await head("claimed", "claimed@example.org");
  expect(await own()).toBeUndefined();

  await signIn(server, github, grace.login);
  await jobs.idle();
  expect(await own()).toMatchObject({ name: "grace" });
  expect(await claimed()).toBeUndefined();
});
