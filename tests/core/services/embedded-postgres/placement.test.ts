import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsePasswd } from "../../../../core/services/embedded-postgres/account";
import { completeLinks, copyInstallation, findInstallation } from "../../../../core/services/embedded-postgres/binaries";
import { canUse } from "../../../../core/services/embedded-postgres/reachable";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "placement-"));
  await chmod(root, 0o755);
});
afterAll(() => rm(root, { recursive: true }));

test("a folder is in reach when every folder above it may be entered by owner, group or others", async () => {
  const stranger = { name: "stranger", uid: 54_321, gid: 54_321 };
  const owner = { ...stranger, uid: process.getuid?.() ?? 0 };
  const peer = { ...stranger, gid: process.getgid?.() ?? 0 };
  const inner = join(root, "home", "inner");
  await mkdir(inner, { recursive: true, mode: 0o755 });
  const reached = async (mode: number) => {
    await chmod(join(root, "home"), mode);
    return await Promise.all([owner, peer, stranger].map((account) => canUse(account, inner)));
  };
  expect(await reached(0o755)).toEqual([true, true, true]);
  expect(await reached(0o750)).toEqual([true, true, false]);
  expect(await reached(0o700)).toEqual([true, false, false]);
});

test("users are read from passwd(5), broken lines left out", () => {
  expect(parsePasswd("root:x:0:0:root:/root:/bin/sh\n\nbroken\n# x:y\npostgres:x:101:104:,,,:/var/lib:/bin/sh\n")).toEqual([
    { name: "root", uid: 0, gid: 0 },
    { name: "postgres", uid: 101, gid: 104 },
  ]);
});

test("a copied installation runs, has its links and is open to everyone", async () => {
  const found = await findInstallation();
  const copied = await copyInstallation(found, root);
  expect(copied.folder).toBe(join(root, `postgres-${found.version}`, "native"));
  expect(await completeLinks(copied)).toBe(true);
  expect(await readlink(join(copied.folder, "lib", "libpq.so.5"))).toStartWith("libpq.so.5.");
  const program = join(copied.folder, "bin", "postgres");
  expect(Bun.spawnSync([program, "--version"]).stdout.toString()).toContain(`(PostgreSQL) ${found.version.split(".")[0]}.`);
  expect(await canUse({ name: "stranger", uid: 54_321, gid: 54_321 }, program)).toBe(true);
  expect(await copyInstallation(found, root)).toEqual(copied);
});
