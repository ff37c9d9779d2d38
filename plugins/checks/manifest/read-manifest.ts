import type { CommitRow, RepositoryRow } from "../../repositories";
import type { CommitStorage } from "../../storage";
import { limits } from "./limits";
import { type Manifest, type ManifestError, manifestError } from "./manifest";
import type { Manifests } from "./manifests";

/** What a commit's `.cocov.yaml` came to. `not_fetched`: the commit's files aren't there. */
export type ManifestReading =
  | { readonly kind: "none" }
  | { readonly kind: "not_fetched" }
  | { readonly kind: "invalid"; readonly error: ManifestError }
  | { readonly kind: "valid"; readonly manifest: Manifest };

const path = ".cocov.yaml";

/** Reads and parses a commit's manifest. Folders and symbolic links of that name count as none. */
export function createReadManifest({ storage, manifests }: { storage: CommitStorage; manifests: Manifests }) {
  return async function readManifest({ id, name }: RepositoryRow, { sha }: CommitRow): Promise<ManifestReading> {
    const file = await storage.readFile({ repositoryId: id, name, sha, maxBytes: limits.bytes }, path);
    if (file.kind === "missing") return (await storage.exists(name, sha)) ? { kind: "none" } : { kind: "not_fetched" };
    if (file.kind === "not_a_file" || file.throughLink) return { kind: "none" };
    if (file.kind === "too_large") {
      const details = `the file has ${file.size} bytes; at most ${limits.bytes} are read`;
      return { kind: "invalid", error: manifestError("manifest_invalid_or_missing_data", details) };
    }
    const parsed = await manifests.parse(id, file.bytes);
    return parsed.ok ? { kind: "valid", manifest: parsed.manifest } : { kind: "invalid", error: parsed };
  };
}
