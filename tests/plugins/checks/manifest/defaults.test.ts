import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseManifest } from "../../../../plugins/checks/manifest/parse-manifest";

const version = "0.1.alpha";
const secret = (name: string, destination: string) => ({ source: { kind: "secret" as const, name }, destination });

function checksOf(manifest: unknown) {
  const result = parseManifest(JSON.stringify(manifest));
  if (!result.ok) throw new Error(`${result.kind}: ${result.details}`);
  return result.manifest.checks.map(({ envs, mounts }) => ({ envs, mounts }));
}

describe("the defaults of checks", () => {
  test("go to each check, whose own variables and destinations win", () => {
    const result = parseManifest(`
version: 0.1.alpha
defaults: { checks: { envs: { A: "1", B: "2" }, mounts: [ { source: "secrets:FOO", destination: "~/test" } ] } }
checks:
  - plugin: cocov/one:v1
  - plugin: cocov/two:v1
    envs: { B: "3" }
    mounts: [ { source: "secrets:BAR", destination: "~/test" } ]
`);
    expect(result.ok && result.manifest.checks).toEqual([
      { plugin: "cocov/one:v1", pluginName: "cocov/one", envs: { A: "1", B: "2" }, mounts: [secret("FOO", "~/test")] },
      { plugin: "cocov/two:v1", pluginName: "cocov/two", envs: { A: "1", B: "3" }, mounts: [secret("BAR", "~/test")] },
    ]);
  });

  test("add their mounts after the check's own, each list in its order", () => {
    const mount = (name: string, destination: string) => ({ source: `secrets:${name}`, destination });
    const [check] = checksOf({
      version,
      defaults: { checks: { mounts: [mount("D1", "x"), mount("D2", "y"), mount("D3", "z")] } },
      checks: [{ plugin: "a", mounts: [mount("C1", "w"), mount("C2", "y")] }],
    });
    expect(check?.mounts).toEqual([secret("C1", "w"), secret("C2", "y"), secret("D1", "x"), secret("D3", "z")]);
  });

  test("that are absent leave null, and what is empty stays empty", () => {
    expect(checksOf({ version, checks: [{ plugin: "a" }, { plugin: "b", envs: {}, mounts: [] }] })).toEqual([
      { envs: null, mounts: null },
      { envs: {}, mounts: [] },
    ]);
  });

  test("are refused when their copies would take gigabytes", () => {
    const envs = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`A${index}`, "x".repeat(30_000)]));
    const checks = Array.from({ length: 1_000 }, (_, index) => ({ plugin: `p${index}` }));
    const result = parseManifest(JSON.stringify({ version, defaults: { checks: { envs } }, checks }));
    expect(result).toMatchObject({ ok: false, details: expect.stringContaining("too large") });
  });

  test("are refused when aliases make them as large", () => {
    const envs = Array.from({ length: 1_000 }, (_, index) => `A${index}: ""`).join(", ");
    const checks = Array.from({ length: 500 }, (_, index) => `  - { plugin: p${index}, envs: *all }`).join("\n");
    const result = parseManifest(`version: ${version}\nchecks:\n  - { plugin: first, envs: &all { ${envs} } }\n${checks}`);
    expect(result).toMatchObject({ ok: false, details: expect.stringContaining("too large") });
  });
});

const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0"));
const filled = text.filter((value) => value.trim() !== "");
const envs = fc.option(fc.dictionary(text, text, { noNullPrototype: true }));
const mounts = fc.option(
  fc.uniqueArray(fc.record({ name: text, destination: filled }), { selector: (mount) => mount.destination, maxLength: 4 }),
);
const parts = fc.record({ envs, mounts });

describe("any valid manifest", () => {
  test("comes back as written, with the defaults merged in", () => {
    fc.assert(
      fc.property(
        parts,
        fc.array(parts, { maxLength: 4 }),
        fc.array(filled),
        fc.option(fc.maxSafeInteger()),
        (defaults, checks, exclude_paths, min_percent) => {
          const write = (part: typeof defaults) => ({
            envs: part.envs,
            mounts: part.mounts?.map(({ name, destination }) => ({ source: `secrets:${name}`, destination })) ?? null,
          });
          const result = parseManifest(
            JSON.stringify({
              version,
              coverage: { min_percent },
              exclude_paths,
              defaults: { checks: write(defaults) },
              checks: checks.map((check, index) => ({ plugin: `acme/p${index}:v1`, ...write(check) })),
            }),
          );
          const expected = checks.map((check, index) => ({
            plugin: `acme/p${index}:v1`,
            pluginName: `acme/p${index}`,
            envs: check.envs || defaults.envs ? Object.fromEntries([...entries(defaults.envs), ...entries(check.envs)]) : null,
            mounts: check.mounts || defaults.mounts ? mergedMounts(check.mounts ?? [], defaults.mounts ?? []) : null,
          }));
          expect(result).toEqual({
            ok: true,
            manifest: { checks: expected, excludePaths: exclude_paths, minPercent: min_percent },
          });
        },
      ),
    );
  });
});

type NamedMount = { name: string; destination: string };

function mergedMounts(own: readonly NamedMount[], defaults: readonly NamedMount[]) {
  const byDestination = new Map<string, NamedMount>();
  for (const mount of [...own, ...defaults]) {
    if (!byDestination.has(mount.destination)) byDestination.set(mount.destination, mount);
  }
  return [...byDestination.values()].map(({ name, destination }) => secret(name, destination));
}

function entries(variables: Record<string, string> | null): [string, string][] {
  return Object.entries(variables ?? {});
}
