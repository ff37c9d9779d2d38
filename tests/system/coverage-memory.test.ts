import { afterAll, expect, test } from "bun:test";
import { openCoveredWorld } from "../../bench/coverage/covered-world";
import { memoryFor } from "../../bench/coverage/memory";
import { largeReport, reportOf } from "../../bench/coverage/reports";

const world = await openCoveredWorld();
afterAll(() => world.stop());

const mebibyte = 1024 * 1024;

test("large reports take a fraction of their size in memory, also several at once", async () => {
  const small = (sha: string) => reportOf(sha, 40_000, 315);
  const large = (sha: string) => largeReport(sha, 48 * mebibyte);
  expect(await memoryFor(world, [small, large, small])).toBeLessThan(380);
}, 90_000);
