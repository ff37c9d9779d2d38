import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type BunqueueServer, startBunqueueServer } from "./world/bunqueue-server";
import { createJobWorld, type JobWorld, wordJob } from "./world/job-world";

let world: JobWorld;
let server: BunqueueServer;
beforeAll(async () => {
  [world, server] = await Promise.all([createJobWorld(), startBunqueueServer()]);
});
afterAll(async () => {
  await world.close();
  await server.close();
});

const job = wordJob("tests.survivor");
const words = Array.from({ length: 200 }, (_, index) => `job ${String(index).padStart(3, "0")}`);

test.each(["embedded", "server"])(
  "processes killed at any moment lose no job and do none twice, with the queue %s",
  async (mode) => {
    await world.reset();
    const spawn = () =>
      Bun.spawn(
        [
          process.execPath,
          join(import.meta.dir, "world/killed-process.ts"),
          world.url,
          ...(mode === "server" ? [server.url] : []),
        ],
        {
          stdin: "pipe",
          stdout: "pipe",
          stderr: "inherit",
        },
      );
    const left = async () => (await world.ledger.depth()).waiting + (await world.ledger.depth()).running;
    await world.enqueue(job, ...words.map((word) => ({ word })));

    let kills = 0;
    while ((await left()) > 60) {
      const child = spawn();
      const before = await left();
      while ((await left()) > Math.max(before - 20, 0)) await Bun.sleep(5);
      await Bun.sleep(Math.random() * 20);
      child.kill("SIGKILL");
      await child.exited;
      kills += 1;
    }
    const last = spawn();
    await world.ledger.idle();
    last.stdin.end();
    expect(await last.exited).toBe(0);
    expect(await new Response(last.stdout).text()).toBe("");

    expect(kills).toBeGreaterThanOrEqual(2);
    expect((await world.effects()).toSorted()).toEqual(words);
    expect(await world.ledger.dead()).toEqual([]);
  },
  30_000,
);
