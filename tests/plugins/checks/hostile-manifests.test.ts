import { expect, test } from "bun:test";
import { slowestProbeDuring } from "../../support/slowest-probe";
import { paper, useChecksWorld } from "./world/checks-world";

const world = await useChecksWorld();
const { db } = world.server.app;

const mebibyte = 1024 * 1024;
const filled = (piece: string) => piece.repeat(Math.floor(mebibyte / piece.length));
const version = "version: 0.1.alpha\n";

test.each<[string, string, string | undefined]>([
  ["1 MiB of }", filled("}"), undefined],
  [
    "hundreds of thousands of empty mounts",
    `${version}checks: [{ plugin: a, mounts: [${"{},".repeat(300_000)}] }]`,
    "100 entries",
  ],
  ["a plugin of 6,000 characters", `${version}checks: [{ plugin: cocov/${"x".repeat(6_000)} }]`, "255 characters"],
  ["a pattern of 200,000 stars", `${version}exclude_paths: ["a${"*".repeat(200_000)}b"]`, "512 characters"],
  ["a file of more than 1 MiB", `${version}#${"x".repeat(mebibyte)}`, String(mebibyte)],
  ["a NUL in a variable", `${version}checks: [{ plugin: a, envs: { A: "\\0" } }]`, "checks.0.envs.A"],
  ["half of a surrogate pair in a plugin", `${version}checks: [{ plugin: "a\\ud800" }]`, "checks.0.plugin"],
])("a manifest that is %s ends the run with a reason and a status, and holds nobody up", async (_, manifest, details) => {
  const slowest = await slowestProbeDuring(world.server, async () => {
    const commit = await world.commitWith(manifest);
    const shown = await commit.show();
    expect(shown).toMatchObject({ status: "failure", failure_reason: "manifest_invalid_or_missing_data" });
    if (details !== undefined) expect(shown.failure_details).toInclude(details);
    expect((await commit.statuses()).at(-1)).toMatchObject({ state: "error" });
  });
  expect(slowest).toBeLessThan(2_000);
});

test("a manifest as large as one may be is taken", async () => {
  const envs = Array.from({ length: 1_000 }, (_, index) => `      A${index}: "${"x".repeat(40)}"\n`).join("");
  const checks = Array.from({ length: 1_000 }, (_, index) => `  - plugin: p${index}\n`).join("");
  const patterns = Array.from({ length: 1_000 }, (_, index) => `  - "${index}${"*a".repeat(200)}"\n`).join("");
  const commit = await world.commitWith(`${version}exclude_paths:\n${patterns}checks:\n${checks}    envs:\n${envs}`);
  const shown = await commit.show();
  expect([shown.status, shown.checks.length]).toEqual(["queued", 1_000]);
});

test("patterns that would take minutes to match exclude what they can in some seconds, and hold nobody up", async () => {
  const hostile = Array.from({ length: 1_000 }, (_, index) => `${"*a".repeat(254)}${String.fromCharCode(0x100 + index)}?`);
  const paths = Array.from({ length: 50 }, (_, index) => `${"a".repeat(4_000)}${index}/`);
  const excluded = Promise.withResolvers<ReadonlySet<string>>();
  const slowest = await slowestProbeDuring(world.server, async () => {
    const kind = await paper.api?.excluded(1, ["docs/", ...hostile], ["docs/a.md", ...paths, "docs/b.md"]);
    excluded.resolve(kind ?? new Set());
  });
  const found = await excluded.promise;
  expect([found.has("docs/a.md"), found.size]).toEqual([true, 1]);
  expect(slowest).toBeLessThan(2_000);
  expect(await paper.api?.excluded(2, ["docs/"], ["docs/b.md"])).toEqual(new Set(["docs/b.md"]));
  expect((await db.sql`SELECT 1`).length).toBe(1);
});
