import { afterAll, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOrCreateKeyFile } from "../../../../core/services/cipher/key-file";
import { prepareDataFolder } from "../../../../core/services/embedded-postgres/data-folder";
import { runToEnd } from "../../../support/command";

const place = await mkdtemp(join(tmpdir(), "data-folder-"));
await chmod(place, 0o755);
afterAll(() => rm(place, { recursive: true }));

const modeOf = async (...path: string[]) => ((await stat(join(place, ...path))).mode & 0o7777).toString(8);
const asRoot = process.getuid?.() === 0;

test("what a process keeps on disk by default is its owner's only", async () => {
  const { exitCode, stderr } = await runToEnd("migrate", { env: { COCOV_DATA_DIR: join(place, "fresh", "data") } });
  expect([exitCode, stderr]).toEqual([0, ""]);
  // Root's database is another user's, who has to pass through to what is theirs.
  const passed = asRoot ? "711" : "700";
  expect(await modeOf("fresh", "data")).toBe(passed);
  expect(await modeOf("fresh", "data", "postgres")).toBe(passed);
  expect(await modeOf("fresh", "data", "postgres", "cluster")).toBe("700");
  expect(await modeOf("fresh", "data", "postgres", "run")).toBe("700");
  for (const file of ["cryptographic.key", "postgres/server.log", "postgres/owner.pid", "postgres/owner.lock"]) {
    expect([file, await modeOf("fresh", "data", file)]).toEqual([file, "600"]);
  }
});

test("a data folder that others could read is closed to them; who could pass through still can", async () => {
  const folder = join(place, "earlier");
  await mkdir(join(folder, "git_cache"), { recursive: true });
  for (const [before, after] of [
    [0o755, "711"],
    [0o777, "711"],
    [0o2750, "710"],
    [0o700, "700"],
  ] as const) {
    await chmod(folder, before);
    prepareDataFolder(folder, { passable: false });
    expect(((await stat(folder)).mode & 0o777).toString(8)).toBe(after);
  }
  prepareDataFolder(folder, { passable: true });
  expect(await modeOf("earlier")).toBe("711");
});

test("a folder with other things in it, or one that is everybody's, keeps its mode", async () => {
  const shared = join(place, "shared");
  await mkdir(shared);
  await writeFile(join(shared, "notes.txt"), "mine");
  await chmod(shared, 0o755);
  prepareDataFolder(shared, { passable: true });
  expect(await modeOf("shared")).toBe("755");
  await mkdir(join(place, "everybodys"));
  await chmod(join(place, "everybodys"), 0o1777);
  prepareDataFolder(join(place, "everybodys"), { passable: true });
  expect(await modeOf("everybodys")).toBe("1777");
});

test("a key file that others could read is closed to them, and its key kept", async () => {
  const path = join(place, "some.key");
  const made = readOrCreateKeyFile(path);
  expect(made).toEqual({ key: await readFile(path, "utf8"), created: true });
  expect(await modeOf("some.key")).toBe("600");
  await chmod(path, 0o644);
  expect(readOrCreateKeyFile(path)).toEqual({ key: made.key, created: false });
  expect(await modeOf("some.key")).toBe("600");
});

test("a data folder that can't be made stops the start with its name", async () => {
  await writeFile(join(place, "file"), "");
  const { exitCode, stderr } = await runToEnd("migrate", { env: { COCOV_DATA_DIR: join(place, "file", "data") } });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`The data folder ${join(place, "file", "data")} can't be made`);
});
