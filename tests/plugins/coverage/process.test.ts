import { expect, test } from "bun:test";
import { coverageUpkeep } from "../../../plugins/coverage/uploads/waiting";
import { lines, manifest, useCoverageWorld } from "./coverage-world";

const world = await useCoverageWorld();

interface Summary {
  status: string;
  percent_covered?: number;
  lines_total?: number;
  lines_covered?: number;
  least_covered?: { id: number; file: string; percent_covered: number }[];
}

const first = "31 30 1E 32 30 00 1B 15";

test("an upload for a known commit ends as the figures of the commit, its branch and the history", async () => {
  const repository = await world.repository("known");
  const { sha } = await repository.push({ files: { "app/a.rb": "1\n2\n3\n4\n5\n", "b.rb": "1\n" } });
  await repository.cover(sha, { "./app/a.rb": lines(first), "/b.rb": lines("37"), "empty.rb": "" });
  const summary = await repository.get<Summary>(`/commits/${sha}/coverage/summary`);
  expect(summary).toMatchObject({ status: "completed", percent_covered: 75, lines_total: 4, lines_covered: 3 });
  expect(summary.least_covered?.map(({ file, percent_covered }) => [file, percent_covered])).toEqual([
    ["empty.rb", 0],
    ["app/a.rb", 66],
    ["b.rb", 100],
  ]);
  const index = await repository.get<Summary & { files: unknown; commit: object }>(`/commits/${sha}/coverage`);
  expect(index.files).toEqual(summary.least_covered);
  expect(index.commit).toMatchObject({ coverage_status: "completed", coverage_percent: 75, minimum_coverage: null });
  expect(await repository.get<object>("")).toMatchObject({
    coverage: 75,
    head: { coverage_status: "completed", files_count: 3 },
  });
  expect(await repository.history("main")).toEqual([75]);
  const { coverage } = await repository.get<{ coverage: Record<string, number | null> }>("/graphs");
  expect(Object.values(coverage).at(-1)).toBe(75);
});

test("a file view has blocks, figures and highlighted source", async () => {
  const repository = await world.repository("viewed");
  const { sha } = await repository.push({ files: { "app/a.rb": "def a\nend\n# <b>\n\n1", "top.rb": "" } });
  await repository.cover(sha, { "app/a.rb": lines(first), "top.rb": "", "gone.rb": "", "../x": "" });
  const { files } = await repository.get<{ files: { id: number; file: string }[] }>(`/commits/${sha}/coverage`);
  const idOf = (file: string) => files.find((one) => one.file === file)?.id;
  const view = await repository.get<{ file: { source: { source: string }[] } }>(
    `/commits/${sha}/coverage/file/${idOf("app/a.rb")}`,
  );
  expect(view).toMatchObject({
    file: { base_path: "app/", name: "a.rb" },
    coverage: {
      lines_covered: 2,
      lines_total: 3,
      percent_covered: 66,
      blocks: [
        { kind: "covered", start: 1, end: 2 },
        { kind: "neutral", start: 3, end: 3 },
        { kind: "ignored", start: 4, end: 4 },
        { kind: "missed", start: 5, end: 5 },
      ],
    },
  });
  expect(view.file.source).toHaveLength(5);
  expect(view.file.source[0]?.source).toContain('<span class="k">def</span>');
  expect(view.file.source[2]?.source).toContain("&lt;b&gt;");
  expect(await repository.get<object>(`/commits/${sha}/coverage/file/${idOf("top.rb")}`)).toMatchObject({
    file: { base_path: "./", name: "top.rb", source: [] },
    coverage: { blocks: [], percent_covered: 0 },
  });
  for (const id of [idOf("gone.rb"), idOf("../x"), "0", "12abc"]) {
    expect((await repository.ask(`/commits/${sha}/coverage/file/${id}`)).status).toBe(404);
  }
});

test("what the manifest excludes counts for nothing, and its minimum decides what GitHub is told", async () => {
  const repository = await world.repository("demanding");
  const { sha } = await repository.push({ files: { ".cocov.yaml": manifest({ min_percent: 70 }, ["gen/"]) } });
  await repository.cover(sha, { "a.rb": lines("31 1E 32 15"), "gen/b.rb": lines("31") });
  expect(await repository.get<object>(`/commits/${sha}/coverage`)).toMatchObject({
    files: [{ file: "a.rb", percent_covered: 66 }],
    commit: { minimum_coverage: 70, coverage_percent: 66 },
  });
  const statuses = world.platform.github.statuses({ sha, context: "cocov/coverage" });
  expect(statuses.map(({ state, description }) => [state, description])).toEqual([
    ["failure", "66.67% covered, at least 70% are required"],
  ]);
});

test.each(["", "/summary"])(
  "figures and files are of one upload, also when another comes while they are read (%s)",
  async (path) => {
    const repository = await world.repository(`overtaken${path.length}`);
    const { sha } = await repository.push();
    await repository.cover(sha, { "a.rb": lines("31") });
    const { db } = world.platform;
    const waits = () => db.sql`
    SELECT FROM pg_locks WHERE relation = 'coverage_files'::regclass AND NOT granted AND mode = 'AccessShareLock'`;
    const answer = await db.transaction(async (tx) => {
      await tx.sql`LOCK TABLE coverage_files IN ACCESS EXCLUSIVE MODE`;
      const reading = repository.get<object>(`/commits/${sha}/coverage${path}`);
      while ((await waits()).length === 0) await Bun.sleep(5);
      await tx.sql`
        WITH next AS (
          UPDATE coverage_infos SET status = 'in_progress', upload_id = upload_id + 1, percent_covered = NULL, lines_total = NULL,
                 lines_covered = NULL, files_count = NULL
           WHERE commit_id = (SELECT id FROM commits WHERE repository_id = ${repository.id} AND sha = ${sha}) RETURNING id)
        UPDATE coverage_files SET file = 'another.rb' FROM next WHERE coverage_info_id = next.id`;
      return { reading };
    });
    const shown = await answer.reading;
    expect(shown).toMatchObject({ status: "in_progress" });
    expect(JSON.stringify(shown)).not.toContain("another.rb");
  },
);

test("what an upload consists of is worked off as it is read, also where hardly any of it is line data", async () => {
  const repository = await world.repository("spacious");
  const { sha } = await repository.push();
  /** @returns how many transactions have written the files */
  const written = async (data: Record<string, string>) => {
    await repository.cover(sha, data);
    const [row] = await world.platform.db.sql`
      SELECT count(DISTINCT f.xmin::text)::int AS count FROM coverage_files f JOIN coverage_infos v ON v.id = f.coverage_info_id
        JOIN commits c ON c.id = v.commit_id WHERE c.repository_id = ${repository.id}`;
    return row?.count;
  };
  const files = (text: string) => Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`${n}.rb`, text]));
  expect(await written(files("Nw=="))).toBe(1);
  expect(await written(files(`Nw==${" ".repeat(1024 * 1024)}`))).toBeGreaterThan(1);
});

test("an upload without a line is completed, with success", async () => {
  const repository = await world.repository("lineless");
  const { sha } = await repository.push({ files: { ".cocov.yaml": manifest({ min_percent: 70 }) } });
  await repository.cover(sha, {});
  expect(await repository.get<object>(`/commits/${sha}/coverage/summary`)).toMatchObject({
    status: "completed",
    percent_covered: 0,
    lines_total: 0,
    lines_covered: 0,
    least_covered: [],
  });
  const [status] = world.platform.github.statuses({ sha, context: "cocov/coverage" });
  expect(status).toMatchObject({ state: "success", description: "0.0% covered: there is nothing to cover" });
});

test.each([
  ["line data that stands for nothing", { "a.rb": "QQ==" }, {}],
  ["characters that aren't Base64", { "ok.rb": "Nw==", "a.rb": "N-==" }, {}],
  ["a manifest that can't be read", { "a.rb": "Nw==" }, { ".cocov.yaml": "version: 1" }],
])("%s ends as errored, without figures", async (name, data, files) => {
  const repository = await world.repository(name.replaceAll(" ", "-").replaceAll("'", ""));
  const { sha } = await repository.push({ files: { "a.rb": "1\n", ...files } });
  await repository.cover(sha, data);
  const answer = await repository.get<Record<string, unknown>>(`/commits/${sha}/coverage/summary`);
  expect(Object.keys(answer).toSorted()).toEqual(["commit", "repository", "status"]);
  expect(answer).toMatchObject({ status: "errored", commit: { coverage_status: "errored", condensed_status: "red" } });
  expect(await repository.history("main")).toEqual([]);
  const [left] = await world.platform.db.sql`
    SELECT (SELECT count(*) FROM coverage_files f JOIN coverage_infos v ON v.id = f.coverage_info_id JOIN commits c ON c.id = v.commit_id
             WHERE c.repository_id = ${repository.id}) + (SELECT count(*) FROM coverage_uploads WHERE repository_id = ${repository.id}) AS count`;
  expect(left?.count).toBe(0);
  await repository.cover(sha, { "b.rb": "Nw==" });
  expect((await repository.get<Summary>(`/commits/${sha}/coverage/summary`)).status).toBe(
    name.includes("manifest") ? "errored" : "completed",
  );
});

test("nothing is known before there is an upload", async () => {
  const repository = await world.repository("untouched");
  const { sha } = await repository.push();
  expect((await repository.ask(`/commits/${sha}/coverage/summary`)).status).toBe(204);
  expect(await repository.get<object>(`/commits/${sha}/coverage`)).toMatchObject({ status: "waiting" });
});

test("coverage that nothing works on any more ends after a day, and keeps no part of an upload", async () => {
  const repository = await world.repository("stuck");
  const { sha } = await repository.push({ files: { "a.rb": "1\n" } });
  await repository.cover(sha, { "a.rb": lines("37") });
  const { db } = world.platform;
  await db.sql`
    UPDATE coverage_infos v SET status = 'in_progress', percent_covered = NULL, lines_total = NULL, lines_covered = NULL, files_count = NULL,
           updated_at = now() - interval '25 hours'
      FROM commits c WHERE c.id = v.commit_id AND c.repository_id = ${repository.id}`;
  await world.platform.run(coverageUpkeep, {});
  expect(await repository.get<Summary>(`/commits/${sha}/coverage/summary`)).toMatchObject({ status: "errored" });
  const left = await db.sql`
    SELECT FROM coverage_files f JOIN coverage_infos v ON v.id = f.coverage_info_id JOIN commits c ON c.id = v.commit_id
     WHERE c.repository_id = ${repository.id}`;
  expect(left.length).toBe(0);
});
