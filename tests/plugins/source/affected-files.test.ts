import { expect, test } from "bun:test";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { forgetArchives } from "../../../plugins/repositories/repository-names";
import type { TreeEntry } from "../../../testing/github";
import { useIssuesWorld } from "../issues/issues-world";
import { type AffectedFile, commitWith as commitUnderShow, linesOf as lines } from "./world/commit-under-show";

const world = await useIssuesWorld();
const { server } = world;

const commitWith = (files: Record<string, TreeEntry>) => commitUnderShow(world, files);

test("an excerpt has highlighted, escaped lines and the message, with the padding of the line above it", async () => {
  const { show } = await commitWith({ "app/foo.rb": '# <b>\nclass A\n  \n  def foo\n    "&"\n  end\nend\n' });
  expect(await show([{ file: "app/foo.rb", line_start: 4, line_end: 4, message: "<i>off</i>" }])).toEqual([
    {
      status: "ok",
      content: [
        { type: "line", line: 2, source: '<pre><span class="k">class</span> <span class="nc">A</span>\n</pre>' },
        { type: "line", line: 3, source: "<pre>  \n</pre>" },
        { type: "line", line: 4, source: '<pre>  <span class="k">def</span> <span class="nf">foo</span>\n</pre>' },
        { type: "warn", text: "<i>off</i>", padding: "  " },
        { type: "line", line: 5, source: expect.stringContaining("&amp;") },
        { type: "line", line: 6, source: '<pre>  <span class="k">end</span>\n</pre>' },
      ],
    },
  ]);
});

test("two issues at one place each show their own message, on blank lines too", async () => {
  const { show } = await commitWith({ "a.txt": "one\n\nthree\n" });
  const at = { file: "a.txt", line_start: 2, line_end: 2 };
  const [first, second] = await show([
    { ...at, message: "first" },
    { ...at, message: "second" },
  ]);
  expect([lines(first), lines(second)]).toEqual([
    [1, 2, "first", 3],
    [1, 2, "second", 3],
  ]);
});

test("lines past the end of the file, before its start or in wrong order are clipped", async () => {
  const { show } = await commitWith({ "a.txt": "one\ntwo\nthree" });
  const at = (line_start: number, line_end: number) => ({ file: "a.txt", line_start, line_end, message: "m" });
  const shown = await show([at(3, 900), at(5, 5), at(100, 200), at(-2_147_483_648, 2_147_483_647), at(3, -9)]);
  expect(shown.map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  expect(shown.map(lines)).toEqual([[1, 2, 3, "m"], [3], [], [1, 2, 3], [1, 2, 3, "m"]]);
});

test("an empty file has an empty excerpt", async () => {
  const { show } = await commitWith({ "empty.rb": "" });
  expect(await show([{ file: "empty.rb" }])).toEqual([{ status: "ok", content: [] }]);
});

test("whatever isn't a text file inside the commit is errored, without a word of its content", async () => {
  const { show } = await commitWith({
    "a.txt": "text",
    "folder/b.txt": "text",
    "binary.png": new Uint8Array([0x89, 0x50, 0, 1]),
    "out-absolute": { symlink: "/etc/passwd" },
    "out-relative": { symlink: "../../../../../../etc/passwd" },
    "folder/out": { symlink: "../../a.txt" },
    "link-folder": { symlink: "/etc" },
    dangling: { symlink: "nothing" },
    circle: { symlink: "circle" },
    submodule: { submodule: "1".repeat(40) },
  });
  const hostile = [
    "/etc/passwd",
    "../a.txt",
    "folder/../../a.txt",
    "folder/../a.txt",
    "out-absolute",
    "out-relative",
    "folder/out",
    "link-folder/passwd",
    "dangling",
    "circle",
    "submodule",
    "folder",
    "binary.png",
    "missing.rb",
    "a.txt/b",
    "",
    "/",
    ".",
    "..",
    "A.TXT",
    "a.txt\n",
    "-rf",
    "HEAD:a.txt",
    "C:\\a.txt",
    "x".repeat(4_096),
  ];
  const shown = await show(hostile.map((file) => ({ file })));
  expect(shown).toEqual(hostile.map(() => ({ status: "errored" })));
});

test("links that stay inside the commit, a leading ./ and odd names are read", async () => {
  const odd = "sp ace/ü'\"$(x)*.txt";
  const { show } = await commitWith({ "a.txt": "text", "sub/inside": { symlink: "../a.txt" }, [odd]: "odd" });
  const shown = await show(["./a.txt", "sub/inside", odd].map((file) => ({ file, message: "m" })));
  expect(shown.map(lines)).toEqual([
    [1, "m"],
    [1, "m"],
    [1, "m"],
  ]);
});

test("100 issues over 60 files, some of them missing, each show their own lines, the second time as well", async () => {
  const files = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${n}.txt`, `content of ${n}\n`]));
  const { repository, sha, show } = await commitWith(files);
  const places = Array.from({ length: 100 }, (_, n) => ({ file: `f${n % 60}.txt`, message: `m${n}` }));
  const expected = places.map(({ message }, n) =>
    n % 60 >= 50
      ? { status: "errored" }
      : {
          status: "ok",
          content: [
            { type: "line", line: 1, source: `<pre>content of ${n % 60}\n</pre>` },
            { type: "warn", text: message, padding: "" },
          ],
        },
  );
  expect<unknown[]>(await show(places)).toEqual(expected);
  const again = await repository.get<{ issues: { affected_file: AffectedFile }[] }>(`/commits/${sha}/issues?per_page=100`);
  expect<unknown[]>(again.issues.map(({ affected_file }) => affected_file)).toEqual(expected);
});

test("a file of several megabytes is shown in part", async () => {
  const { show } = await commitWith({ "big.js": "const value = 1; // and more\n".repeat(100_000) });
  const [shown] = await show([{ file: "big.js", line_start: 99_999, line_end: 99_999, message: "m" }]);
  expect(lines(shown)).toEqual([99_997, 99_998, 99_999, "m", 100_000]);
});

test("text that isn't UTF-8 is shown, with replacement characters", async () => {
  const { show } = await commitWith({ "latin1.txt": new Uint8Array([0x63, 0x61, 0x66, 0xe9]) });
  const [shown] = await show([{ file: "latin1.txt" }]);
  expect(shown?.content?.[0]).toEqual({ type: "line", line: 1, source: "<pre>caf\uFFFD\n</pre>" });
});

test("nothing is fetched for a commit whose files are on their way, or couldn't be had a moment ago", async () => {
  const { repository, sha, show, page } = await commitWith({ "a.txt": "text" });
  expect((await show([{ file: "a.txt" }]))[0]?.status).toBe("ok");
  const fetches = () => world.github.fetches(repository.onGitHub.fullName).length;
  const before = fetches();
  for (const clone of ["in_progress", "errored"]) {
    await server.app.db.sql`UPDATE commits SET clone_status = ${clone} WHERE sha = ${sha}`;
    expect((await page()).shown).toEqual([{ status: "not_downloaded" }]);
  }
  await server.app.jobs.idle();
  expect(fetches()).toBe(before);
});

test("files that were given up with a former name, and that nothing is going to fetch, are fetched for the next who looks", async () => {
  const { sha, show, page } = await commitWith({ "a.txt": "given up" });
  const [before] = await show([{ file: "a.txt" }]);
  const { db, jobs } = server.app;
  await db.transaction(async (tx) => {
    const [commit] = await tx.sql<{ id: number }[]>`SELECT repository_id AS id FROM commits WHERE sha = ${sha}`;
    await forgetArchives(tx, commit?.id ?? 0);
  });
  await rm(join(server.dataDir, "git_storage"), { recursive: true });
  expect((await page()).shown).toEqual([{ status: "not_downloaded" }]);
  await jobs.idle();
  expect((await page()).shown).toEqual([before ?? { status: "" }]);
  const [sizes] = await db.sql<{ told: number; size: number }[]>`
    SELECT r.commits_size AS told, c.clone_size AS size FROM commits c JOIN repositories r ON r.id = c.repository_id WHERE c.sha = ${sha}`;
  expect(sizes?.size).toBeGreaterThan(0);
  expect(sizes?.told).toBe(sizes?.size ?? 0);
});

test("files that are gone from the storage are fetched again, for the next who looks", async () => {
  const { sha, show, page } = await commitWith({ "a.txt": "text" });
  const [before] = await show([{ file: "a.txt" }]);
  expect(before?.status).toBe("ok");
  const storage = join(server.dataDir, "git_storage");
  for (const folder of await readdir(storage)) await rm(join(storage, folder), { recursive: true });
  expect((await page()).shown).toEqual([{ status: "not_downloaded" }]);
  await server.app.jobs.idle();
  expect((await page()).shown).toEqual([before ?? { status: "" }]);
  const [runs] = await server.app.db.sql<{ status: string }[]>`
    SELECT s.status FROM check_sets s JOIN commits c ON c.id = s.commit_id WHERE c.sha = ${sha}`;
  expect(runs?.status).toBe("not_configured");
});

test("files come from the archive when the git cache is gone", async () => {
  const { show } = await commitWith({ "a.txt": "text", "b.png": new Uint8Array([0]) });
  await rm(join(server.dataDir, "git_cache"), { recursive: true });
  const shown = await show([{ file: "a.txt", message: "m" }, { file: "b.png" }, { file: "../a.txt" }]);
  expect([lines(shown[0]), shown[1]?.status, shown[2]?.status]).toEqual([[1, "m"], "errored", "errored"]);
});

test("an archive that can't be read makes its files errored, not the list", async () => {
  const { sha, show } = await commitWith({ "a.txt": "text" });
  await rm(join(server.dataDir, "git_cache"), { recursive: true });
  const storage = join(server.dataDir, "git_storage");
  const glob = new Bun.Glob(`*/${sha}.tar.zst`);
  for await (const path of glob.scan(storage)) await Bun.write(join(storage, path), "not an archive");
  expect(await show([{ file: "a.txt" }])).toEqual([{ status: "errored" }]);
  expect(server.logs()).toContain("files of a commit couldn't be read");
});
