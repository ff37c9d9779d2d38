import { expect, test } from "bun:test";
import { useRepositoryWorld } from "./world/repository-world";

const { github, jobs, add, commits, heard } = await useRepositoryWorld(
  {},
  { COCOV_COMMIT_MAX_FILES: "3", COCOV_COMMIT_MAX_SIZE: "1000" },
);

test.each([
  ["many", { a: "a", b: "b", c: "c", d: "d" }],
  ["large", { a: "a".repeat(600), b: "b".repeat(401) }],
])("a commit beyond the limits (%s) fails at once, and isn't tried again", async (name, files) => {
  const { added } = await add({ name, files });
  await jobs.idle();
  const [commit] = await commits(added.id);
  expect(commit).toMatchObject({ status: "errored", size: null });
  expect((await heard(commit?.id ?? 0)).filter((event) => event === "failed")).toHaveLength(1);
  expect(github.fetches(name)).toHaveLength(1);
});

test("a commit within the limits is stored", async () => {
  const { added } = await add({ name: "fits", files: { a: "a".repeat(500), b: "b".repeat(500), c: "" } });
  await jobs.idle();
  expect(await commits(added.id)).toEqual([expect.objectContaining({ status: "completed" })]);
});
