// Writes docs/licences.md from bun.lock: `bun run licences`. A test compares the page with this.
import { join } from "node:path";
import { type LockedPackage, lockedPackages } from "./packages";

const intro = `# Licences

What the platform is delivered with, and under which licences. \`bun run sbom\` prints the same with checksums, and what only tests and tools
need, for programs (CycloneDX). A package whose licence isn't among those that are accepted (\`supply/noted-licences.ts\`) fails a test. This
page is made from \`bun.lock\` by \`bun run licences\`.`;

/** @returns the page */
export function licencesPage(packages: readonly LockedPackage[]): string {
  const delivered = packages.filter(({ production }) => production);
  const byLicence = Map.groupBy(delivered, ({ licence }) => licence ?? "unknown");
  const sections = [...byLicence]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, those]) => `## ${licence}\n\n${those.map(({ name, version }) => `- ${name} ${version}`).join("\n")}`);
  return `${[intro, ...sections].join("\n\n")}\n`;
}

export const page = join(import.meta.dir, "../docs/licences.md");

if (import.meta.main) await Bun.write(page, licencesPage(await lockedPackages()));
