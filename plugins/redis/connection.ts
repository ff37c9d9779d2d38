import { RedisClient } from "bun";
import type { PluginContext } from "../../core";
import type { Redis } from "./redis";

/** Milliseconds that connecting, and each command, may take. */
const patience = 5000;

/** One connection, made when it is first needed and again after it was lost. */
export interface Connection extends Pick<Redis, "send"> {
  close(): void;
}

type CallObservation = PluginContext<unknown>["observe"];

/** @param url undefined: there is none, and every command fails */
export function createConnection(url: string | undefined, observe: CallObservation): Connection {
  let current: { readonly client: RedisClient; readonly ready: Promise<unknown> } | undefined;

  function open() {
    if (url === undefined) throw new Error("There is no Redis: COCOV_REDIS_URL isn't set");
    // Repeating is up to whoever sends: nothing waits in here, to be lost or sent late.
    const client = new RedisClient(url, { autoReconnect: false, enableOfflineQueue: false, connectionTimeout: patience });
    current = { client, ready: inTime(client.connect()) };
    return current;
  }

  function drop(lost: typeof current): void {
    lost?.client.close();
    if (current === lost) current = undefined;
  }

  return {
    async send(command, args) {
      const end = observe.call({ kind: "redis", name: command });
      const used = current ?? open();
      try {
        await used.ready;
        const answer = await inTime(used.client.send(command, [...args]));
        end();
        return answer;
      } catch (error) {
        if (!isRefusal(error)) drop(used);
        end(codeOf(error));
        throw error;
      }
    },
    close: () => drop(current),
  };
}

/** Whether Redis answered, with an error. */
const isRefusal = (error: unknown): boolean => codeOf(error) === "ERR_REDIS_SERVER_ERROR";

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed";

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Redis doesn't answer within ${patience / 1000} seconds`)), patience);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
