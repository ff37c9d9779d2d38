// Prints a software bill of materials: `bun run sbom > sbom.json`. CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), made of bun.lock.
import manifest from "../package.json";
import { type LockedPackage, lockedPackages } from "./packages";

const purl = ({ name, version }: Pick<LockedPackage, "name" | "version">): string =>
  `pkg:npm/${name.replace(/^@/, "%40")}@${encodeURIComponent(version)}`;

const idOf = ({ name, version }: LockedPackage): string => `${name}@${version}`;

/** A UUID of the contents, so that the same packages give the same document. */
function serialNumber(packages: readonly LockedPackage[]): string {
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify(packages)).digest("hex");
  return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function component(found: LockedPackage) {
  const { name, version, sha512, licence, production } = found;
  const [, group, own = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  const isExpression = licence !== null && / (AND|OR|WITH) /.test(licence);
  return {
    type: "library",
    "bom-ref": purl(found),
    ...(group === undefined ? {} : { group }),
    name: own,
    version,
    scope: production ? "required" : "excluded",
    purl: purl(found),
    hashes: [{ alg: "SHA-512", content: sha512 }],
    ...(licence === null ? {} : { licenses: [isExpression ? { expression: licence } : { license: { id: licence } }] }),
  };
}

/** @returns the document, packages of tests and tools included, whose scope is `excluded` */
export function sbomOf(packages: readonly LockedPackage[]) {
  const byId = new Map(packages.map((found) => [idOf(found), found]));
  const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).map(([name, version]) =>
    purl({ name, version }),
  );
  const platform = purl({ name: manifest.name, version: manifest.version });
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialNumber(packages),
    version: 1,
    metadata: {
      component: { type: "application", "bom-ref": platform, name: manifest.name, version: manifest.version, purl: platform },
    },
    components: packages.map(component),
    dependencies: [
      { ref: platform, dependsOn: direct.sort() },
      ...packages.map((found) => ({
        ref: purl(found),
        dependsOn: found.needs.flatMap((id) => byId.get(id) ?? []).map(purl),
      })),
    ],
  };
}

if (import.meta.main) console.log(JSON.stringify(sbomOf(await lockedPackages()), null, 2));
