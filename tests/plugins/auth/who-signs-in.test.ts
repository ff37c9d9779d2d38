import { beforeEach, expect, test } from "bun:test";
import { refusal, useAuthWorld } from "./world/auth-world";

const { github, server, db, cameBack, exchange, written } = await useAuthWorld();

beforeEach(async () => {
  await db.sql`TRUNCATE users CASCADE`;
});

async function signIn(login: string): Promise<{ token: string; name: string; admin: boolean }> {
  const answer = await exchange(await cameBack(login));
  expect(answer.status).toBe(200);
  return await answer.json();
}

const addresses = async () =>
  (
    await db.sql<{ line: string }[]>`
    SELECT u.login || ' ' || e.email AS line FROM user_emails e JOIN users u ON u.id = e.user_id ORDER BY e.email`
  ).map(({ line }) => line);

test("of many people who sign in first at the same time one is admin", async () => {
  const logins = Array.from({ length: 8 }, (_, index) => `first-${index}`);
  const back = await Promise.all(logins.map((login) => cameBack(login)));
  const sessions: { admin: boolean }[] = await Promise.all(back.map(async (body) => (await exchange(body)).json()));
  expect(sessions.filter(({ admin }) => admin)).toHaveLength(1);
  expect(await db.sql`SELECT id FROM users WHERE admin`).toHaveLength(1);
});

test("one person signing in many times at once stays one user", async () => {
  const back = await Promise.all(Array.from({ length: 6 }, () => cameBack("twin")));
  const statuses = await Promise.all(back.map(async (body) => (await exchange(body)).status));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await db.sql`SELECT id FROM users`).toHaveLength(1);
  expect(await db.sql`SELECT id FROM user_tokens`).toHaveLength(6);
});

test("a user is who has the GitHub id: a new login and picture are taken over", async () => {
  const user = github.addUser({ login: "old-name" });
  await signIn("old-name");
  github.updateUser(user, { login: "New-Name" });
  expect(await signIn("New-Name")).toMatchObject({ name: "New-Name", admin: true });
  expect([...(await db.sql`SELECT login, github_id FROM users`)]).toEqual([{ login: "New-Name", github_id: user.id }]);
});

test("whoever takes a login over gets it, and the row of the former holder gives it up", async () => {
  const former = github.addUser({ login: "popular" });
  await signIn("popular");
  github.updateUser(former, { login: "renamed" });
  const taker = github.addUser({ login: "Popular" });
  expect(await signIn("Popular")).toMatchObject({ name: "Popular", admin: false });
  expect([...(await db.sql`SELECT login, github_id FROM users ORDER BY id`)]).toEqual([
    { login: `popular~${former.id}`, github_id: former.id },
    { login: "Popular", github_id: taker.id },
  ]);
  await signIn("renamed");
  expect([...(await db.sql`SELECT login FROM users ORDER BY id`)]).toEqual([{ login: "renamed" }, { login: "Popular" }]);
});

test("two people who swapped their logins can sign in at the same time", async () => {
  const [one, other] = [github.addUser({ login: "swap-a" }), github.addUser({ login: "swap-b" })];
  await signIn("swap-a");
  await signIn("swap-b");
  github.updateUser(one, { login: "swap-c" });
  github.updateUser(other, { login: "swap-a" });
  github.updateUser(one, { login: "swap-b" });
  const back = [await cameBack("swap-a"), await cameBack("swap-b")];
  const statuses = await Promise.all(back.map(async (body) => (await exchange(body)).status));
  expect(statuses).toEqual([200, 200]);
  expect([...(await db.sql`SELECT login FROM users ORDER BY id`)]).toEqual([{ login: "swap-b" }, { login: "swap-a" }]);
});

test("only verified addresses are kept, each once, and the list is replaced at the next sign-in", async () => {
  const unverified = { email: "boss@example.org", primary: false, verified: false };
  const user = github.addUser({ login: "mail", emails: ["one@example.org", "ONE@example.org", "two@example.org", unverified] });
  await signIn("mail");
  expect((await addresses()).map((line) => line.toLowerCase())).toEqual(["mail one@example.org", "mail two@example.org"]);
  github.updateUser(user, { emails: ["two@example.org", "three@example.org"] });
  await signIn("mail");
  expect(await addresses()).toEqual(["mail three@example.org", "mail two@example.org"]);
  github.updateUser(user, { emails: [] });
  await signIn("mail");
  expect(await addresses()).toEqual([]);
});

test("more than a page of addresses is read", async () => {
  const emails = Array.from({ length: 130 }, (_, index) => `many-${index}@example.org`);
  github.addUser({ login: "many", emails });
  await signIn("many");
  expect((await addresses()).length).toBe(130);
});

test("an address that moved to another person goes with it", async () => {
  github.addUser({ login: "from", emails: ["shared@example.org", "from@example.org"] });
  github.addUser({ login: "to", emails: ["Shared@Example.org"] });
  await signIn("from");
  await signIn("to");
  expect((await addresses()).map((line) => line.toLowerCase())).toEqual(["from from@example.org", "to shared@example.org"]);
});

test("outside collaborators may sign in, in whatever case their login is written", async () => {
  const user = github.addUser({ login: "Guest", orgRole: "none" });
  const repository = await github.addRepository({ name: "shared" });
  repository.setCollaborator(user, "read");
  expect(await signIn("Guest")).toMatchObject({ name: "Guest" });
});

test("strangers may not, and nothing is written about them", async () => {
  github.addUser({ login: "stranger", orgRole: "none" });
  const before = await written();
  expect(await refusal(await exchange(await cameBack("stranger")))).toEqual({ status: 403, code: "session.not_an_org_member" });
  expect(await written()).toBe(before);
});

test("the log tells who signed in", async () => {
  await signIn("logged-person");
  expect(server.logs()).toContain("user:logged-person");
});
