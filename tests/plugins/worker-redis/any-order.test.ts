import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkSets } from "../../../plugins/checks/tables";
import { decodeEntry, type Entry } from "./world/entry";
import { manifestOf, useRedisWorld } from "./world/redis-world";

const world = await useRedisWorld({ without: ["cache"] }, { attempts: 1 });
const { platform, redis, worker, onList } = world;
const commits = [
  await world.commitWith(manifestOf("a/one", "a/two")),
  await world.commitWith(manifestOf("a/one")),
  await world.commitWith(manifestOf("a/one", "b/one", "c/one")),
] as const;

/** What may happen at any time, as often as the number says. */
const weights = {
  "re-run": 5,
  cancel: 4,
  pop: 6,
  begin: 3,
  report: 4,
  "wrap up": 2,
  work: 4,
  die: 2,
  reconcile: 3,
  "pass time": 1,
  flush: 1,
  "lose all": 1,
  "go down": 1,
  "come back": 3,
};
type Happening = keyof typeof weights;
const happenings = Object.entries(weights).flatMap(([name, count]): Happening[] =>
  Array.from({ length: count }, () => name as Happening),
);
const step = fc.record({ what: fc.constantFrom(...happenings), which: fc.nat(5), waits: fc.boolean() });

/** Jobs that Workers have. */
const held: Entry[] = [];
let isUp = true;

async function happen(what: Happening, which: number): Promise<unknown> {
  const commit = commits[which % commits.length] ?? commits[0];
  const entry = held[which % Math.max(1, held.length)];
  const plugin = entry?.checks[which % entry.checks.length]?.plugin ?? "";
  switch (what) {
    case "re-run":
      return await commit.reRun();
    case "cancel":
      return await commit.cancel();
    case "pop": {
      const popped = isUp ? await worker.pop() : null;
      if (popped) held.push(popped);
      return;
    }
    case "begin":
      return entry && (await worker.begin(entry));
    case "report":
      return (
        entry && (await worker.report(entry, plugin, ["in_progress", "completed", "errored", "canceled"][which % 4] ?? ""))
      );
    case "wrap up":
      return entry && (await worker.wrapUp(entry));
    case "work":
      return entry && (await worker.work(entry, () => (which === 0 ? { output: "" } : {})));
    case "die":
      return held.splice(which, 1);
    case "reconcile":
      return await world.reconcile();
    case "pass time":
      await platform.letTimePass(4000, [checkSets.lastCallbackAt, checkSets.cancelingSince]);
      return await world.lookAfterRuns();
    case "flush":
      return isUp && (await redis.send("FLUSHALL"));
    case "lose all":
      if (isUp) await redis.stop({ forgets: true }).then(world.comeBack);
      return;
    case "go down":
      if (isUp) await redis.stop();
      isUp = false;
      return;
    case "come back":
      if (!isUp) await world.comeBack();
      isUp = true;
      return;
  }
}

const repeated = (values: readonly string[]) => values.filter((value, index) => values.indexOf(value) !== index);

/** Workers come and do what there is; nobody else reports any more. */
async function endAll(): Promise<void> {
  await happen("come back", 0);
  held.length = 0;
  for (let round = 0; round < 20; round += 1) {
    await world.reconcile();
    const open = await platform.db.sql`SELECT FROM check_sets WHERE status IN ('waiting', 'queued', 'in_progress')`;
    if (open.length === 0) return;
    for (let entry = await worker.pop(); entry; entry = await worker.pop()) await worker.work(entry);
    await platform.letTimePass(11_000, [checkSets.lastCallbackAt, checkSets.cancelingSince]);
    await world.lookAfterRuns();
  }
}

test("whatever happens in whatever order, every run ends, and none is on the list twice", async () => {
  await endAll();
  // A busy machine tries fewer sequences.
  const enough = performance.now() + 6000;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      if (performance.now() > enough) return;
      const underWay: Promise<unknown>[] = [];
      for (const { what, which, waits } of steps) {
        const done = happen(what, which);
        if (waits || !["re-run", "cancel", "reconcile"].includes(what)) await done;
        else underWay.push(done.catch(() => undefined));
        if (isUp) expect(repeated((await onList()).map((text) => decodeEntry(text).job_id))).toEqual([]);
      }
      // A re-run that is asked for just now would begin behind the end.
      await Promise.all(underWay);
      await platform.idle();
      await endAll();
      for (const commit of commits) expect(await commit.status()).toMatch(/^(completed|errored|canceled)$/);
      await world.reconcile();
      expect(await onList()).toEqual([]);
      expect([...(await platform.db.sql`SELECT * FROM worker_redis_runs`)]).toEqual([]);
    }),
    { numRuns: 10, endOnFailure: true },
  );
}, 120_000);
