import { expect, test } from "bun:test";
import { initializeRepository } from "../../../plugins/repositories/jobs/initialize";
import { lines, useCoverageWorld } from "./coverage-world";

const world = await useCoverageWorld({ env: { COCOV_COMMIT_MAX_FILES: "20" } });
const { platform } = world;

interface Index {
  readonly status: string;
  readonly files?: readonly { readonly id: number; readonly file: string }[];
}

test("coverage of a commit whose files can't be had for good is errored", async () => {
  const repository = await world.repository("too-large");
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, number) => [`file-${number}`, "text"]));
  const { sha } = await repository.push({ files });
  await repository.cover(sha, { "file-1": lines("37") });
  expect(await repository.get<Index>(`/commits/${sha}/coverage`)).toMatchObject({ status: "errored" });
  expect(await platform.db.sql`SELECT id FROM coverage_uploads WHERE repository_id = ${repository.id}`).toHaveLength(0);
  expect(platform.github.statuses({ sha }).filter(({ context }) => context === "cocov/coverage")).toEqual([]);
});

test("what waits for a commit is worked on when initialization brings it, and shows in the statistics", async () => {
  const repository = await world.repository("initialized");
  const sha = await repository.onGitHub.commit({ branch: "next", files: { "a.rb": "1\n" } });
  await repository.upload(sha, { "a.rb": lines("37 1E 30 1E 34") });
  await repository.onGitHub.update({ defaultBranch: "next" });
  await platform.db.sql`UPDATE repositories SET default_branch = 'next' WHERE id = ${repository.id}`;
  await platform.run(initializeRepository, { repositoryId: repository.id });
  await platform.idle();
  expect(await repository.get<Index>(`/commits/${sha}/coverage`)).toMatchObject({ status: "completed" });
  const day = new Date().toISOString().slice(0, 10);
  const before = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
  const stats = await repository.get<{ date: string; value: number | null }[]>(`/stats/coverage?from=${before}&to=${day}`);
  expect(JSON.stringify(stats.at(-1))).toContain("66.66666666666667");
});

test("only texts of the commit are shown, and of hostile ones no more than of others", async () => {
  const repository = await world.repository("shown");
  const { sha } = await repository.push({
    files: {
      "a.rb": "1\n2\n",
      "link.rb": { symlink: "a.rb" },
      "out.rb": { symlink: "/etc/passwd" },
      "binary.rb": new Uint8Array([0x7f, 0x45, 0, 0xff, 0]),
      "long.rb": "1\n".repeat(150_000),
      "huge.rb": "# comment\n".repeat(500_000),
    },
  });
  const alternating = Buffer.from("\u0015\u0000".repeat(200_000)).toString("base64");
  const shown = ["a.rb", "long.rb"];
  const hidden = ["link.rb", "out.rb", "binary.rb", "gone.rb", "a.rb/", "../a.rb", "/a.rb", "a.rb/b", "."];
  await repository.cover(sha, {
    ...Object.fromEntries(hidden.map((path) => [path, lines("37")])),
    ...Object.fromEntries([...shown, "huge.rb"].map((path) => [path, alternating])),
  });
  const { files = [] } = await repository.get<Index>(`/commits/${sha}/coverage`);
  const view = (path: string) =>
    repository.ask(`/commits/${sha}/coverage/file/${files.find(({ file }) => file === path)?.id ?? 0}`);
  for (const path of hidden.filter((path) => path !== "/a.rb")) expect([path, (await view(path)).status]).toEqual([path, 404]);
  for (const path of shown) {
    const answer = await view(path);
    expect([path, answer.status]).toEqual([path, 200]);
    const { coverage, file } = (await answer.json()) as { coverage: { blocks: unknown[] }; file: { source: unknown[] } };
    expect([coverage.blocks.length, file.source.length <= 100_000]).toEqual([100_000, true]);
  }
  expect([200, 404]).toContain((await view("huge.rb")).status);
});

test("a connection that dies while files are written has the upload worked on again, as a whole", async () => {
  const repository = await world.repository("cut");
  const { sha } = await repository.push();
  const data = Object.fromEntries(Array.from({ length: 40 }, (_, number) => [`f${number}`, lines("37 1E".repeat(100_000))]));
  const { sql } = platform.db;
  let cut = 0;
  const cutting = (async () => {
    const ended = () =>
      sql`SELECT FROM coverage_infos WHERE status = 'completed' AND commit_id IN (SELECT id FROM commits WHERE repository_id = ${repository.id})`;
    while (cut === 0 && (await ended()).length === 0) {
      const found = await sql<{ ended: boolean }[]>`
        SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE query LIKE '%COPY coverage_files%' AND pid <> pg_backend_pid()`;
      cut += found.length;
    }
  })();
  expect((await repository.upload(sha, data)).status).toBe(204);
  await cutting;
  expect(cut).toBeGreaterThan(0);
  await platform.idle();
  expect(await repository.get<object>(`/commits/${sha}/coverage/summary`)).toMatchObject({
    status: "completed",
    lines_total: 4_000_000,
    lines_covered: 4_000_000,
  });
  expect((await repository.get<Index>(`/commits/${sha}/coverage`)).files).toHaveLength(40);
});
