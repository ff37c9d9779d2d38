import { z } from "zod";
import { defineJob, type HandledJob, type Jobs } from "../../core";
import type { Redis } from "./redis";

export const deliver = defineJob({
  name: "redis.deliver",
  summary: "Pushes a message to a list in Redis, and looks whether it was taken",
  whenFailing:
    "Redis can't be reached: the Cache service hears nothing, and files that are to go stay. All of it arrives later",
  payload: z.object({ id: z.uuid(), list: z.string(), text: z.string(), looks: z.int() }),
  // An outage may last longer than jobs are tried otherwise.
  retry: { attempts: 1_000_000, delays: [1, 5, 15, 60, 300] },
});

/**
 * Pushes once, however often it runs: the mark says that it was done. Text and mark come and go together, so a mark without the text
 * says that somebody took it, and no mark that Redis never had it or lost everything.
 */
const script = `
  if redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('RPUSH', KEYS[1], ARGV[1])
    redis.call('SET', KEYS[2], '1', 'EX', ARGV[2])
    return 'pushed'
  end
  if redis.call('LPOS', KEYS[1], ARGV[1]) then
    redis.call('EXPIRE', KEYS[2], ARGV[2])
    return 'waiting'
  end
  return 'taken'`;

/** Seconds a mark lasts without being looked at: much longer than from one look to the next. */
const markLifetime = 7 * 86_400;

/** Seconds from one look to the next; without Redis nobody has to look soon. */
const longestWait = 3600;
const waitAfter = (looks: number): number => Math.min(longestWait, 60 * 2 ** Math.min(looks, 10));

export const createDeliver =
  (jobs: Jobs): Redis["deliver"] =>
  (tx, { list, text }) =>
    jobs.enqueue(tx, deliver, { id: crypto.randomUUID(), list, text, looks: 0 });

export function handleDeliver({ jobs, redis }: { jobs: Jobs; redis: Pick<Redis, "configured" | "send"> }): HandledJob {
  return deliver.handledBy(async ({ looks, ...message }, run) => {
    const { id, list, text } = message;
    const mark = `cocov:delivered:${id}`;
    const state = redis.configured
      ? await redis.send("EVAL", [script, "2", list, mark, text, String(markLifetime)])
      : "not_configured";
    await run.complete(async (tx) => {
      if (state === "taken") return;
      const delaySeconds = redis.configured ? waitAfter(looks) : longestWait;
      await jobs.enqueue(tx, deliver, { ...message, looks: looks + 1 }, { delaySeconds });
    });
  });
}
