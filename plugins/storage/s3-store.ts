import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { S3Client } from "bun";
import { makeClosedFolder } from "./closed-folder";
import { removeLeftovers } from "./leftovers";
import {
  assertCommitSha,
  assertRepositoryName,
  commitOf,
  isRepositoryFolder,
  isRepositoryName,
  repositoryFolder,
  wholeAndAny,
} from "./names";
import { type BucketPatience, createBucketCalls, defaultPatience } from "./s3-calls";
import { isMissingKey } from "./s3-errors";
import { explainFileError } from "./snapshot-error";
import type { HeldCommits, SnapshotStore, StoredArchive } from "./snapshot-store";

/** Requests that change objects at once, for one repository. */
const atOnce = 8;

/**
 * Keeps archives in a bucket that the Workers share: `<SHA-1 of the repository's name>/<commit>.tar.zst`, with `.shasum` holding
 * `sha256:` and the archive's checksum. An object appears as a whole or not at all.
 *
 * A renamed repository's archives are there under both names until the former one is removed: a bucket knows no links.
 *
 * @param draftsPath absolute folder on local disk for archives that are being made; made when missing
 */
export function createS3Store(bucket: S3Client, draftsPath: string, patience: BucketPatience = defaultPatience): SnapshotStore {
  const { ask, send, receive } = createBucketCalls(patience);
  const keyOf = (name: string, sha: string) => {
    assertCommitSha(sha);
    return `${repositoryFolder(name)}/${sha}.tar.zst`;
  };

  async function put(name: string, sha: string, write: (path: string) => Promise<{ sha256: string; size: number }>) {
    assertRepositoryName(name);
    const location = keyOf(name, sha);
    await makeClosedFolder(draftsPath);
    await removeLeftovers(draftsPath);
    const draft = join(draftsPath, `${sha}.${crypto.randomUUID()}.tmp`);
    try {
      const archive = await write(draft);
      const published = await find(name, sha);
      if (published) return published;
      await send(archive.size, () => bucket.write(location, Bun.file(draft)));
      const checksum = `sha256:${archive.sha256}`;
      await send(checksum.length, () => bucket.write(`${location}.shasum`, checksum));
      return { ...archive, location, storedBytes: archive.size + checksum.length };
    } catch (error) {
      await removePart(name, sha);
      throw explainFileError(error);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Takes away an archive without its checksum, as far as the bucket still answers: it counts as absent anyway. */
  async function removePart(name: string, sha: string): Promise<void> {
    try {
      if ((await find(name, sha)) === null) await ask(() => bucket.delete(keyOf(name, sha)));
    } catch {
      // What kept it from being published is told; this isn't more.
    }
  }

  async function find(name: string, sha: string): Promise<StoredArchive | null> {
    const location = keyOf(name, sha);
    if (!isRepositoryName(name)) return null;
    const asking = ifThere(() => bucket.file(location).stat());
    asking.catch(() => {}); // awaited below, after what tells better why it fails: an answer to HEAD has no text
    const checksum = await ifThere(() => bucket.file(`${location}.shasum`).slice(0, 100).text());
    const archive = await asking;
    const sha256 = /^sha256:([0-9a-f]{64})\n?$/.exec(checksum ?? "")?.[1];
    if (sha256 === undefined || !archive) return null;
    return { location, sha256, size: archive.size, storedBytes: archive.size + (checksum ?? "").length };
  }

  /** @returns null where there is no such object */
  async function ifThere<T>(act: () => Promise<T>): Promise<T | null> {
    return await ask(act).catch((error: unknown) => (isMissingKey(error) ? null : Promise.reject(error)));
  }

  /**
   * @param beginning of what is wanted
   * @returns the objects that are kept under a name, without its folder
   */
  async function listObjects(name: string, beginning = ""): Promise<string[]> {
    const folder = `${repositoryFolder(name)}/`;
    const prefix = folder + beginning;
    const found: string[] = [];
    let continuationToken: string | undefined;
    do {
      const from = continuationToken;
      const page = await ask(() => bucket.list({ prefix, ...(from !== undefined && { continuationToken: from }) }));
      found.push(...(page.contents ?? []).map(({ key }) => key.slice(folder.length)));
      continuationToken = page.isTruncated ? page.nextContinuationToken : undefined;
    } while (continuationToken !== undefined);
    return found;
  }

  const removeObject = (name: string, object: string) => ask(() => bucket.delete(`${repositoryFolder(name)}/${object}`));

  async function removeRepository(name: string, held: HeldCommits): Promise<void> {
    const present = await listObjects(name);
    const kept = await held([...new Set(present.flatMap((object) => commitOf(object) ?? []))]);
    const own = present.filter((object) => {
      const sha = commitOf(object);
      return kept === null || (sha !== null && !kept.has(sha));
    });
    await eachOf(own, (object) => removeObject(name, object));
  }

  /** Checksums last, so that an archive counts as present when it is. */
  async function renameRepository(oldName: string, newName: string): Promise<void> {
    const [from, to] = [repositoryFolder(oldName), repositoryFolder(newName)];
    if (from === to || !isRepositoryName(oldName) || !isRepositoryName(newName)) return;
    const present = await listObjects(oldName);
    const already = new Set(await listObjects(newName));
    const missing = present.filter((object) => commitOf(object) !== null && !already.has(object));
    const copy = async (object: string) => {
      const original = bucket.file(`${from}/${object}`);
      // It may be removed at any time.
      const found = await ifThere(() => original.stat());
      if (found) await ifThere(() => send(found.size, () => bucket.write(`${to}/${object}`, original)));
    };
    const [checksums, archives] = [missing.filter(isChecksum), missing.filter((object) => !isChecksum(object))];
    await eachOf(archives, copy);
    await eachOf(checksums, copy);
  }

  return {
    async prepare() {
      await mkdir(draftsPath, { recursive: true });
      await ask(() => bucket.list({ maxKeys: 1 }));
    },
    put,
    find,
    // A stream, since an answer made of the object itself would send its reader to the bucket.
    open({ location }, range) {
      const object = bucket.file(location);
      return receive((range ? object.slice(range[0], range[1] + 1) : object).stream());
    },
    read: ({ location }) => receive(bucket.file(location).stream()),
    async remove(name, sha) {
      assertCommitSha(sha);
      const own = (await listObjects(name, sha)).filter((object) => commitOf(object) === sha);
      // Checksums first: without one an archive counts as absent.
      await eachOf(own.filter(isChecksum), (object) => removeObject(name, object));
      await eachOf(
        own.filter((object) => !isChecksum(object)),
        (object) => removeObject(name, object),
      );
    },
    commits: async (name) => wholeAndAny(await listObjects(name)),
    async folders() {
      const found: string[] = [];
      let continuationToken: string | undefined;
      do {
        const from = continuationToken;
        const page = await ask(() => bucket.list({ delimiter: "/", ...(from !== undefined && { continuationToken: from }) }));
        found.push(...(page.commonPrefixes ?? []).map(({ prefix }) => prefix.replace(/\/$/, "")));
        continuationToken = page.isTruncated ? page.nextContinuationToken : undefined;
      } while (continuationToken !== undefined);
      return found.filter(isRepositoryFolder);
    },
    async removeFolder(folder) {
      if (!isRepositoryFolder(folder)) return;
      for (;;) {
        const page = await ask(() => bucket.list({ prefix: `${folder}/` }));
        const own = (page.contents ?? []).filter(({ key }) => commitOf(key.slice(folder.length + 1)) !== null);
        await eachOf(
          own.map(({ key }) => key),
          (key) => ask(() => bucket.delete(key)),
        );
        if (!page.isTruncated || own.length === 0) return;
      }
    },
    removeRepository,
    rename: renameRepository,
  };
}

const isChecksum = (object: string): boolean => object.endsWith(".shasum");

/** Does something for each, some at once. @throws what the first one throws that fails; the others that have begun end first */
async function eachOf(objects: readonly string[], act: (object: string) => Promise<void>): Promise<void> {
  for (let start = 0; start < objects.length; start += atOnce) {
    const results = await Promise.allSettled(objects.slice(start, start + atOnce).map(act));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}
