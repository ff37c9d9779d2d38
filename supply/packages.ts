import { join } from "node:path";
import { z } from "zod";
import { notedLicences } from "./noted-licences";

/** A package that bun.lock pins. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of what the registry gives, in hexadecimal. */
  readonly sha512: string;
  /** An SPDX expression; null when nobody says. */
  readonly licence: string | null;
  /** Whether the platform itself needs it, and not just its tests. */
  readonly production: boolean;
  /** `name@version` of what it needs, sorted. */
  readonly needs: readonly string[];
}

const root = join(import.meta.dir, "..");
const ranges = z.record(z.string(), z.string()).default({});
const entry = z.tuple([
  z.string(),
  z.string(),
  z.object({ dependencies: ranges, optionalDependencies: ranges, peerDependencies: ranges }),
  z.string().regex(/^sha512-/),
]);
const lockfile = z.object({
  workspaces: z.object({ "": z.object({ dependencies: ranges, devDependencies: ranges }) }),
  packages: z.record(z.string(), entry),
});

/**
 * Reads what is installed from bun.lock.
 * @returns packages by name and version, sorted, each once
 * @throws when one comes from anywhere but the registry, or without a checksum
 */
export async function lockedPackages(): Promise<LockedPackage[]> {
  const { workspaces, packages } = lockfile.parse(Bun.JSONC.parse(await Bun.file(join(root, "bun.lock")).text()));
  const production = reachable(Object.keys(workspaces[""].dependencies), packages);
  const found = new Map<string, LockedPackage>();
  for (const [place, [id, , needs, integrity]] of Object.entries(packages)) {
    const at = id.lastIndexOf("@");
    const [name, version] = [id.slice(0, at), id.slice(at + 1)];
    const needed = neededBy(place, needs, packages).flatMap((other) => packages[other]?.[0] ?? []);
    const same = found.get(id);
    found.set(id, {
      name,
      version,
      sha512: Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex"),
      licence: same?.licence ?? (await licenceOf(place, name)),
      production: (same?.production ?? false) || production.has(place),
      needs: [...new Set([...(same?.needs ?? []), ...needed])].sort(),
    });
  }
  return [...found.values()].sort((a, b) => (a.name + a.version < b.name + b.version ? -1 : 1));
}

type Packages = z.output<typeof lockfile>["packages"];

/** @returns the places that a package's dependencies resolve to, as far as there are any on some platform */
function neededBy(place: string, needs: z.output<typeof entry>[2], packages: Packages): string[] {
  const names = Object.keys({ ...needs.dependencies, ...needs.optionalDependencies, ...needs.peerDependencies });
  return names.flatMap((name) => resolve(place, name, packages) ?? []);
}

/** As Node.js looks for it: inside the package, then beside it, then further out. */
function resolve(place: string, name: string, packages: Packages): string | undefined {
  const names = namesIn(place);
  for (let depth = names.length; depth >= 0; depth--) {
    const candidate = [...names.slice(0, depth), name].join("/");
    if (packages[candidate]) return candidate;
  }
  return undefined;
}

/** The names of a place: `a/@b/c` is `@b/c` inside of `a`. */
const namesIn = (place: string): string[] => place.match(/@[^/]+\/[^/]+|[^/]+/g) ?? [];

function reachable(names: readonly string[], packages: Packages): Set<string> {
  const places = new Set(names);
  // A set's iteration also reaches what is added meanwhile.
  for (const place of places) {
    const found = packages[place];
    if (found) for (const needed of neededBy(place, found[2], packages)) places.add(needed);
  }
  return places;
}

const declared = z.object({
  license: z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
});

async function licenceOf(place: string, name: string): Promise<string | null> {
  const noted = Object.entries(notedLicences).find(([pattern]) => new Bun.Glob(pattern).match(name));
  if (noted) return noted[1];
  const manifest = Bun.file(join(root, "node_modules", namesIn(place).join("/node_modules/"), "package.json"));
  if (!(await manifest.exists())) return null;
  const { license, licenses = [] } = declared.parse(await manifest.json());
  const text = license ?? licenses.map(({ type }) => type).join(" OR ");
  return text.replace(/^\((.*)\)$/, "$1") || null;
}
