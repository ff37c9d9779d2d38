import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BunqueueServer, startBunqueueServer } from "./world/bunqueue-server";
import { createJobWorld, type JobWorld, wordJob } from "./world/job-world";

// Processes take seconds to start on a busy machine.
setDefaultTimeout(30_000);

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
const sqliteFile = join(tmpdir(), `cocov-bunqueue-${process.pid}.db`);
const words = Array.from({ length: 200 }, (_, index) => `job ${String(index).padStart(3, "0")}`);

test.each(["embedded", "server"])(
  "processes killed at any moment lose no job and do none twice, with the queue %s",
  async (mode) => {
    await world.reset();
    const [last, ...doomed] = [0, 1, 2, 3].map(() => spawnRunner(mode === "server" ? [server.url] : []));
    if (!last) throw new Error("no process");
    const left = async () => {
      const { waiting, running } = await world.ledger.depth();
      return waiting + running;
    };
    await world.enqueue(job, ...words.map((word) => ({ word })));

    for (const [index, child] of doomed.entries()) {
      child.stdin.write("start\n");
      child.stdin.flush();
      while ((await left()) > 160 - index * 40) await Bun.sleep(1);
      await Bun.sleep(Math.random() * 10);
      child.kill("SIGKILL");
      await child.exited;
      expect(await left()).toBeGreaterThan(0);
    }
    last.stdin.write("start\n");
    last.stdin.flush();
    await world.ledger.idle();
    last.stdin.end();
    expect(await last.exited).toBe(0);
    expect(await new Response(last.stdout).text()).toBe("");
    expect(await Bun.file(sqliteFile).exists()).toBe(false);

    expect((await world.effects()).toSorted()).toEqual(words);
    expect(await world.ledger.dead()).toEqual([]);
  },
);

function spawnRunner(queue: string[]) {
  const program = join(import.meta.dir, "world/killed-process.ts");
  // Were it not overruled, bunqueue would keep its jobs in this file.
  const env = { ...process.env, BUNQUEUE_DATA_PATH: sqliteFile };
  return Bun.spawn([process.execPath, program, world.url, ...queue], { env, stdin: "pipe", stdout: "pipe", stderr: "inherit" });
}
