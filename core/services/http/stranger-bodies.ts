import { ApiError, coreErrors } from "./errors";

/** Bytes that bodies of strangers may take, all together. */
const mostBytes = 256 * 1024 * 1024;
/** How long a stranger's body may take to arrive, in milliseconds: as long as the slowest sender waits for an answer. */
const patience = 30_000;
/** When somebody refused may come again, in seconds: when the slowest of those who were in the way have gone. */
const retryAfter = "30";

/**
 * Bounds what the process holds for strangers: callers who need no credential, or whose credential can't be judged without their body.
 * A body counts with what has arrived of it, from its first byte until its sender is known or the request has been answered, and
 * then until its memory has been collected.
 *
 * It doesn't tell who takes how much: somebody with bandwidth enough can use it all up, and then others are refused too.
 */
export interface StrangerBodies {
  open(): StrangerBody;
}

/** One request's share. */
export interface StrangerBody {
  /** Milliseconds in which the body has to arrive. */
  readonly patience: number;
  /** Counts bytes that have arrived. @returns `request.overloaded` when there is no room for them */
  add(bytes: number): ApiError | undefined;
  /** Says that nothing of the body is held any more; nothing is counted from then on. */
  release(): void;
}

export function createStrangerBodies({ most = mostBytes, patienceMs = patience } = {}): StrangerBodies {
  let held = 0;
  let uncollected = 0;

  function makeRoom(bytes: number): boolean {
    // Left to itself, the collector lets as much wait as is in use. It isn't worth its time for little.
    if (held + uncollected + bytes > most && uncollected > most / 8) {
      Bun.gc(true);
      uncollected = 0;
    }
    return held + uncollected + bytes <= most;
  }

  return {
    open() {
      let own = 0;
      let released = false;
      return {
        patience: patienceMs,
        add(bytes) {
          if (released) return undefined;
          if (!makeRoom(bytes)) return overloaded();
          held += bytes;
          own += bytes;
          return undefined;
        },
        release() {
          released = true;
          held -= own;
          uncollected += own;
          own = 0;
        },
      };
    },
  };
}

function overloaded(): ApiError {
  const { code, status, message } = coreErrors.fail("request.overloaded");
  return new ApiError(code, status, message, { "retry-after": retryAfter });
}
