import { expect, test } from "bun:test";
import { type CoveredRepository, lines, useCoverageWorld } from "./coverage-world";

const world = await useCoverageWorld();
const { platform } = world;

const coverageOf = async (repository: CoveredRepository, branch: string) =>
  (await repository.get<{ coverage: number | null }>(`/branches/${branch}`)).coverage;

test("a branch takes the coverage of the commit that it moves to, and keeps its own without", async () => {
  const repository = await world.repository("moving");
  const { sha: first } = await repository.push();
  await repository.cover(first, { "a.rb": lines("31 1E 32 15") });
  const { sha: second } = await repository.push({ branch: "next" });
  expect([await coverageOf(repository, "main"), await coverageOf(repository, "next")]).toEqual([66, null]);
  await repository.cover(second, { "a.rb": lines("31") });
  await repository.move(second);
  expect([await coverageOf(repository, "main"), await coverageOf(repository, "next")]).toEqual([100, 100]);
  expect(await repository.history("main")).toEqual([200 / 3, 100]);
  expect(await repository.history("next")).toEqual([100]);
  await repository.push();
  expect(await coverageOf(repository, "main")).toBe(100);
  expect(await repository.history("main")).toHaveLength(2);
});

test("an upload for a commit that no branch stands at changes no branch", async () => {
  const repository = await world.repository("behind");
  const { sha } = await repository.push();
  await repository.push();
  await repository.cover(sha, { "a.rb": lines("31") });
  expect(await coverageOf(repository, "main")).toBeNull();
  expect(await repository.history("main")).toEqual([]);
});

test("a new upload drops the figures before", async () => {
  const repository = await world.repository("afresh");
  const { sha } = await repository.push();
  await repository.cover(sha, { "a.rb": lines("31") });
  await repository.cover(sha, { "a.rb": lines("FF") });
  expect(await repository.get<object>(`/commits/${sha}/coverage`)).toMatchObject({
    status: "errored",
    commit: { coverage_percent: null },
  });
  expect(await coverageOf(repository, "main")).toBe(100);
});

test("files of commits that went missing are fetched again before an upload is worked on", async () => {
  const repository = await world.repository("evicted");
  const { sha } = await repository.push({ files: { ".cocov.yaml": '{ version: "0.1.alpha", exclude_paths: ["gen/"] }' } });
  await platform.db.sql`UPDATE commits SET clone_status = 'queued' WHERE sha = ${sha}`;
  await repository.cover(sha, { "a.rb": lines("31"), "gen/b.rb": lines("15") });
  const { files } = await repository.get<{ files: { file: string }[] }>(`/commits/${sha}/coverage`);
  expect(files.map(({ file }) => file)).toEqual(["a.rb"]);
});
