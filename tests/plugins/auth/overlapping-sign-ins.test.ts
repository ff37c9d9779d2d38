import { beforeEach, expect, test } from "bun:test";
import type { User } from "../../../testing/github";
import { useAuthWorld } from "./world/auth-world";

const { github, db, cameBack, exchange } = await useAuthWorld();

interface Session {
  name: string;
}

async function signIn(login: string): Promise<Session> {
  const answer = await exchange(await cameBack(login));
  expect(answer.status).toBe(200);
  return await answer.json();
}

/**
 * Begins to sign somebody in and holds up what GitHub has said of their addresses.
 * @returns a function that lets the sign-in go on and end
 */
async function heldUp(user: User, emails: readonly string[]): Promise<() => Promise<Session>> {
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const text = JSON.stringify(emails.map((email) => ({ email, verified: true, primary: false, visibility: null })));
  github.fail({
    match: (request) => request.path === "/user/emails" && request.caller === `user:${user.login}`,
    times: 1,
    status: 200,
    body: () => {
      asked.resolve();
      return new ReadableStream({
        async start(stream) {
          await held.promise;
          stream.enqueue(new TextEncoder().encode(text));
          stream.close();
        },
      });
    },
  });
  const back = await cameBack(user.login);
  const before = userCalls();
  const answer = exchange(back);
  await asked.promise;
  while (userCalls() === before) await Bun.sleep(5);
  return async () => {
    held.resolve();
    expect((await answer).status).toBe(200);
    return await (await answer).json();
  };

  function userCalls(): number {
    return github.requests().filter(({ path, caller, status }) => path === "/user" && caller === `user:${user.login}` && status)
      .length;
  }
}

const known = async () =>
  (
    await db.sql<{ line: string }[]>`
      SELECT concat_ws(' ', u.login, e.email) AS line FROM users u LEFT JOIN user_emails e ON e.user_id = u.id ORDER BY u.id, e.email`
  ).map(({ line }) => line);

beforeEach(async () => {
  await db.sql`TRUNCATE users CASCADE`;
});

test("what GitHub said later stays, when the sign-in that heard it ends before another one", async () => {
  const former = github.addUser({ login: "popular", emails: ["shared@example.org", "mine@example.org"] });
  const finish = await heldUp(former, ["shared@example.org", "mine@example.org"]);
  github.updateUser(former, { login: "renamed", emails: ["mine@example.org"] });
  github.addUser({ login: "popular", emails: ["shared@example.org"] });
  await signIn("popular");
  expect(await finish()).toMatchObject({ name: `popular~${former.id}` });
  expect(await known()).toEqual(["popular shared@example.org", `popular~${former.id} mine@example.org`]);
  expect(await signIn("renamed")).toMatchObject({ name: "renamed" });
  expect(await known()).toEqual(["popular shared@example.org", "renamed mine@example.org"]);
});

test("of two overlapping sign-ins of one person the one that asked later counts", async () => {
  const user = github.addUser({ login: "mover", emails: ["old@example.org"] });
  const finish = await heldUp(user, ["old@example.org"]);
  github.updateUser(user, { emails: ["new@example.org"] });
  await signIn("mover");
  await finish();
  expect(await known()).toEqual(["mover new@example.org"]);
});

test("two people who swapped their addresses have each other's, also when they sign in at once", async () => {
  const [one, other] = [
    github.addUser({ login: "one", emails: ["one@example.org"] }),
    github.addUser({ login: "other", emails: ["other@example.org"] }),
  ];
  await signIn("one");
  await signIn("other");
  github.updateUser(one, { emails: ["other@example.org"] });
  github.updateUser(other, { emails: ["one@example.org"] });
  const back = [await cameBack("one"), await cameBack("other")];
  const statuses = await Promise.all(back.map(async (body) => (await exchange(body)).status));
  expect(statuses).toEqual([200, 200]);
  expect(await known()).toEqual(["one other@example.org", "other one@example.org"]);
});

test("of many who claim one address at once one has it", async () => {
  const logins = Array.from({ length: 6 }, (_, index) => `claims-${index}`);
  for (const login of logins) github.addUser({ login, emails: ["Claimed@example.org", `${login}@example.org`] });
  const back = await Promise.all(logins.map((login) => cameBack(login)));
  const statuses = await Promise.all(back.map(async (body) => (await exchange(body)).status));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect((await known()).filter((line) => line.includes("Claimed"))).toHaveLength(1);
  expect((await known()).filter((line) => !line.includes("Claimed"))).toEqual(
    expect.arrayContaining(logins.map((login) => `${login} ${login}@example.org`)),
  );
});
