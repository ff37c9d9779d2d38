import { setTimeout as pause } from "node:timers/promises";
import { explainBucketError, isMissingKey } from "./s3-errors";
import { SnapshotError } from "./snapshot-error";

/** Bounds of what is asked of a bucket. */
export interface BucketPatience {
  /** For what is answered at once, with all tries: somebody waits for it. In milliseconds. */
  readonly askMs: number;
  /** For uploading or copying one object, besides the time that its bytes take. In milliseconds. */
  readonly sendMs: number;
}

export const defaultPatience: BucketPatience = { askMs: 15_000, sendMs: 120_000 };

/** Milliseconds before the second try and the third. */
const pauses = [100, 700];

/** Bytes a second below which a line counts as broken. */
const slowest = 100_000;

/** Speaks to a bucket that may be busy, slow or gone. */
export interface BucketCalls {
  /**
   * Has something small answered. Object stores answer now and then with an error of their own, and expect to be asked again.
   * @throws SnapshotError `unavailable` or `timeout`; the bucket's own error for a missing object
   */
  ask<T>(act: () => Promise<T>): Promise<T>;
  /**
   * Sends or copies an object. The client tries again by itself what it can.
   * @param bytes of the object
   * @throws as `ask`
   */
  send<T>(bytes: number, act: () => Promise<T>): Promise<T>;
  /** Hands on an object's bytes as they are consumed. Fails with a SnapshotError once none have come for as long as `ask` waits. */
  receive(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>>;
}

export function createBucketCalls({ askMs, sendMs }: BucketPatience): BucketCalls {
  return {
    async ask(act) {
      const deadline = performance.now() + askMs;
      for (let tries = 0; ; tries++) {
        try {
          return await within(deadline - performance.now(), askMs, act);
        } catch (error) {
          const wait = pauses[tries];
          if (isMissingKey(error) || wait === undefined || performance.now() + wait > deadline) throw explainCall(error);
          await pause(wait);
        }
      }
    },
    async send(bytes, act) {
      const ms = sendMs + (bytes / slowest) * 1000;
      return await within(ms, ms, act).catch((error: unknown) => Promise.reject(explainCall(error)));
    },
    receive(bytes) {
      const reader = bytes.getReader();
      return new ReadableStream({
        async pull(controller) {
          try {
            const { done, value } = await within(askMs, askMs, () => reader.read());
            if (done) controller.close();
            else controller.enqueue(value);
          } catch (error) {
            controller.error(explainCall(error));
            await reader.cancel().catch(() => {}); // what was wrong is told
          }
        },
        cancel: (reason) => reader.cancel(reason),
      });
    },
  };
}

const explainCall = (error: unknown): unknown => (isMissingKey(error) ? error : explainBucketError(error));

/** The client can't be told to stop: what comes of it later is nobody's concern. */
async function within<T>(ms: number, allowedMs: number, act: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new SnapshotError("timeout", `The bucket for commits' files took longer than ${Math.round(allowedMs / 1000)} seconds`),
    );
  }, ms);
  try {
    return await Promise.race([act(), late]);
  } finally {
    clearTimeout(timer);
  }
}
