import { expect, test } from "bun:test";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import { notes } from "../../templates/plugin/tables";
import { tellReaders } from "../../templates/plugin/tell-readers";
import { startTestPlatform, useTestPlatform } from "../../testing";

const platform = await useTestPlatform({ plugins: [join(projectRoot, "templates/plugin")] });

/** A note that nobody is told of by itself. */
async function makeNote(): Promise<number> {
  const [made] = await platform.db.orm.insert(notes).values({ text: "Later" }).returning({ id: notes.id });
  return made?.id ?? 0;
}

async function noteOf(id: number): Promise<{ told: boolean; age: number }> {
  const [row] = await platform.db.sql<{ told: boolean; age: number }[]>`
    SELECT told_at IS NOT NULL AS told, extract(epoch FROM now() - created_at)::float8 AS age FROM my_plugin_notes WHERE id = ${id}`;
  if (row === undefined) throw new Error(`there is no note ${id}`);
  return row;
}

test("whoever signs in first, the admin is somebody else", async () => {
  const request = { body: { description: "Worker" } };
  const ada = await platform.signIn("ada");

  expect((await platform.request("POST", "/v1/admin/service_tokens", { token: ada, ...request })).status).toBe(403);
  expect(
    (await platform.request("POST", "/v1/admin/service_tokens", { token: await platform.admin(), ...request })).status,
  ).toBe(201);
});

test("what follows from a push is done when the push is", async () => {
  const { onGitHub, repository } = await platform.createRepository({ name: "shop", collaborators: { ada: "write" } });
  const { sha } = await platform.push(onGitHub, { files: { "a.txt": "a" } });

  const rows = await platform.db.sql`SELECT repository_id, clone_status FROM commits WHERE sha = ${sha}`;
  expect([...rows]).toEqual([{ repository_id: repository.id, clone_status: "completed" }]);
  expect(platform.logs()).toContain("/v1/github/events");
});

test("service tokens reach what workers reach", async () => {
  const answer = await platform.request("GET", "/v1/repositories", { token: await platform.serviceToken() });

  expect(answer.status).toBe(200);
});

test("a job that is run is done", async () => {
  const id = await makeNote();

  await platform.run(tellReaders, { noteId: id });

  expect(await noteOf(id)).toMatchObject({ told: true });
});

test("a job that is due in an hour is done once that has passed, and not before", async () => {
  const id = await makeNote();
  await platform.db.transaction((tx) => platform.jobs.enqueue(tx, tellReaders, { noteId: id }, { delaySeconds: 3600 }));

  await platform.letTimePass(3000);
  await platform.idle();
  expect(await noteOf(id)).toMatchObject({ told: false });

  await platform.letTimePass(600);
  await platform.idle();
  expect(await noteOf(id)).toMatchObject({ told: true });
});

test("times that a plugin keeps pass as well when they are named, others don't", async () => {
  const id = await makeNote();

  await platform.letTimePass(86_400);
  expect((await noteOf(id)).age).toBeLessThan(86_400);

  await platform.letTimePass(86_400, [notes.createdAt]);
  expect((await noteOf(id)).age).toBeGreaterThanOrEqual(86_400);
});

test("statements are counted", async () => {
  expect(await platform.statementsOf(() => noteOf(1))).toBe(1);
});

test("plugins can be off, and settings be given", async () => {
  const other = await startTestPlatform({
    without: ["issues"],
    settings: { auth: { signInOrigins: "https://ui.example.org" } },
  });
  const { paths } = await (await other.request("GET", "/swagger/json")).json();
  await other.stop();

  expect(Object.keys(paths).filter((path) => /commits.*issues/.test(path))).toEqual([]);
});

test("a platform that can't start says why", async () => {
  await expect(startTestPlatform({ without: ["github"] })).rejects.toThrow(/github/);
});
