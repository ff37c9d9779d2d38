import { beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { json, pushed } from "../../../testing/factories";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, add, get } = await useRepositoryWorld({}, {}, [
  "./tests/plugins/repositories/world/reviewing-plugin.ts",
]);
const branch = z.object({ condensed_status: z.string(), head: z.record(z.string(), z.unknown()) });
let commitId: number;

beforeAll(async () => {
  await db.sql`CREATE TABLE reviewed (commit_id bigint NOT NULL, key text NOT NULL, status text NOT NULL)`;
  const { onGitHub } = await add({ name: "api", files: { a: "a" } });
  await jobs.idle();
  await pushed(server, github, onGitHub, { branch: "main", message: "Reviewed" });
  const { head } = branch.parse(await json(await get("/v1/repositories/api/branches/main"), 200));
  commitId = z.int().parse(head.id);
});

async function shown() {
  const { condensed_status, head } = branch.parse(await json(await get("/v1/repositories/api/branches/main"), 200));
  const statuses = Object.entries(head).filter(([key]) => key.endsWith("_status"));
  return { condensed: condensed_status, keys: Object.keys(head), statuses: Object.fromEntries(statuses) };
}

test("a commit shows what plugins keep of it after the two statuses that all have, and their own words for the unknown", async () => {
  const { keys, statuses } = await shown();
  expect(keys.slice(0, 7)).toEqual([
    "id",
    "author_email",
    "author_name",
    "checks_status",
    "coverage_status",
    "review_status",
    "sha",
  ]);
  expect(statuses).toMatchObject({ checks_status: "waiting", coverage_status: "unread", review_status: "unread" });
});

test("the statuses of all plugins decide together", async () => {
  await db.sql`INSERT INTO reviewed VALUES (${commitId}, 'coverage_status', 'completed'), (${commitId}, 'review_status', 'completed')`;
  expect(await shown()).toMatchObject({ condensed: "yellow", statuses: { coverage_status: "completed" } });
  await db.sql`UPDATE reviewed SET status = 'errored' WHERE key = 'review_status'`;
  expect(await shown()).toMatchObject({ condensed: "red", statuses: { review_status: "errored" } });
});

test("a repository says where its default branch stands with the same statuses", async () => {
  expect(await json<object>(await get("/v1/repositories/api"), 200)).toMatchObject({
    head: { checks_status: "waiting", coverage_status: "completed", review_status: "errored" },
  });
});

test("the documentation has the statuses in the words of the plugins that keep them", async () => {
  const { components } = z
    .object({
      components: z.object({ schemas: z.object({ Commit: z.object({ properties: z.record(z.string(), z.unknown()) }) }) }),
    })
    .parse(await json(await server.request("GET", "/swagger/json"), 200));
  expect(components.schemas.Commit.properties).toMatchObject({
    checks_status: { description: "Always `waiting` here: no plugin that is on keeps it" },
    coverage_status: { enum: ["unread", "completed", "errored"], description: "Kept as coverage_status" },
    review_status: { enum: ["unread", "completed", "errored"], description: "Kept as review_status" },
  });
});
