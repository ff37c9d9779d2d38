import { afterAll, expect, test } from "bun:test";
import { startS3 } from "../storage/s3-server";
import { manifestOf, useRedisWorld } from "./world/redis-world";

const s3 = await startS3();
afterAll(() => s3[Symbol.asyncDispose]());
const world = await useRedisWorld({ env: s3.environment });

test("with a bucket an entry names the archive's key in it", async () => {
  const { name, sha } = await world.commitWith(manifestOf("a/one"));
  const hash = new Bun.CryptoHasher("sha1").update(name).digest("hex");
  const [text] = await world.onList();
  expect(text).toEndWith(`,"git_storage":{"mode":"s3","path":"${hash}/${sha}"}}`);
  expect(await s3.keys()).toEqual(expect.arrayContaining([`${hash}/${sha}.tar.zst`, `${hash}/${sha}.tar.zst.shasum`]));
});
