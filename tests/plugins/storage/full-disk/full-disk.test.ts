import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { createTestDatabase } from "../../../../testing/databases";
import { migratedTemplate } from "../../../../testing/server";
import { startS3 } from "../s3-server";
import { createWorld, type StorageWorld } from "../storage-world";
import type { Seen } from "./platform-on-small-disk";
import { hasSmallDisks, withSmallDisk } from "./small-disk";
import type { Attempt } from "./store-again-and-again";

setDefaultTimeout(60_000);

const s3 = await startS3();
afterAll(() => s3[Symbol.asyncDispose]());

/** Bytes of the files of a commit that don't compress. */
const noise = 60_000;
/** A page: less isn't given to a file. So the checksum alone lacks room, too. */
const step = 4096;

async function commitNoise({ source }: StorageWorld): Promise<string> {
  await source.write("noise", crypto.getRandomValues(new Uint8Array(noise)));
  return source.commit("noise");
}

async function storeOnSmallDisk(world: StorageWorld, sha: string, more: object): Promise<Attempt[]> {
  const script = join(import.meta.dir, "store-again-and-again.ts");
  const task = JSON.stringify({ commit: world.commit(sha), step, ...more });
  const printed = await withSmallDisk(8 * 1024 ** 2, [process.execPath, script, task]);
  return printed
    .trim()
    .split("\n")
    .map((line): Attempt => JSON.parse(line));
}

interface Case {
  readonly endpoint?: string;
  readonly hasCacheElsewhere?: boolean;
}
const endpoint = s3.environment.AWS_ENDPOINT_URL_S3;
const cases: [string, Case][] = [
  ["a folder and the git cache", {}],
  ["a folder alone", { hasCacheElsewhere: true }],
  ["drafts for a bucket and the git cache", { endpoint }],
  ["drafts for a bucket alone", { endpoint, hasCacheElsewhere: true }],
];

test.skipIf(!hasSmallDisks).each(cases)(
  "wherever the room for %s ends, that is the reason, and nothing is left",
  async (_case, given) => {
    const { hasCacheElsewhere = false } = given;
    await using world = await createWorld();
    const sha = await commitNoise(world);
    const attempts = await storeOnSmallDisk(world, sha, {
      ...(given.endpoint ? { endpoint } : {}),
      ...(hasCacheElsewhere ? { cachePath: world.cachePath } : {}),
    });
    const failed = attempts.slice(0, -1);
    expect(failed.length).toBeGreaterThan(noise / step);
    for (const { outcome, message, left } of failed) {
      expect([outcome, message, left]).toEqual([
        "disk_full",
        expect.stringMatching(/No (?:room|space) left|Out of diskspace/),
        [],
      ]);
    }
    const names = [`${sha}.tar.zst`, `${sha}.tar.zst.shasum`];
    expect(attempts.at(-1)).toMatchObject({ outcome: "stored" });
    if (given.endpoint)
      expect(await s3.keys()).toEqual(expect.arrayContaining(names.map((name) => expect.stringContaining(name))));
    else
      expect(
        attempts
          .at(-1)
          ?.left.map((name) => name.slice(41))
          .sort(),
      ).toEqual(names);
  },
);

test.skipIf(!hasSmallDisks)(
  "a disk that is full fails the job with that reason, and the next attempt makes up for it",
  async () => {
    const database = await createTestDatabase({ template: await migratedTemplate() });
    try {
      const script = join(import.meta.dir, "platform-on-small-disk.ts");
      const printed = await withSmallDisk(16 * 1024 ** 2, [process.execPath, script, database.url]);
      const { sha, full, mended }: { sha: string; full: Seen; mended: Seen } = JSON.parse(
        printed.trim().split("\n").at(-1) ?? "",
      );
      expect(full).toEqual({
        status: "errored",
        size: null,
        error: expect.stringMatching(/[Nn]o (?:room|space) left/),
        stored: [],
      });
      expect(mended).toMatchObject({ status: "completed", size: expect.any(Number), error: null });
      expect(mended.stored.map((path) => path.slice(41)).sort()).toEqual([`${sha}.tar.zst`, `${sha}.tar.zst.shasum`]);
    } finally {
      await database.drop();
    }
  },
);
