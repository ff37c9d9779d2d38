import { constants, fstatSync, openSync, writeSync } from "node:fs";
import type { DestinationStream } from "pino";
import { createWaitingLines } from "./waiting-lines";

/** Characters that may wait for whoever reads the log. */
const mostWaiting = 8 * 1024 * 1024;
/** Bytes of one write, unless a line has more: pipes don't mix up what several processes write in such pieces. */
const pieceSize = 4096;
/** Lines that follow one that was just written are written together, this many milliseconds later. */
const gathering = 10;
/** A reader that takes nothing is asked again so many milliseconds later. */
const retry = 20;
/** How long the end of the process waits for a reader that takes nothing, in milliseconds. */
const lastPatience = 1000;

const outputs = new Map<1 | 2, DestinationStream>();

/**
 * The log's way to stdout (1) or stderr (2). Who logs never waits for whoever reads: lines are written without blocking, at once or
 * {@link gathering} ms later; they wait while the reader takes none, and when too many wait they are lost, which a line tells
 * afterwards. What waits is written when the process ends (`process.exit`, by itself, or by an uncaught error), within
 * {@link lastPatience}.
 *
 * Lost without a word: lines of the last milliseconds before a signal that nobody handles, and what waits when its reader has gone. A
 * file does hold up who logs for as long as its disk takes.
 */
export function logOutput(fd: 1 | 2): DestinationStream {
  const known = outputs.get(fd);
  if (known) return known;
  const output = createOutput(fd);
  outputs.set(fd, output);
  return output;
}

function createOutput(fd: 1 | 2): DestinationStream & { flushSync(): void } {
  const lines = createWaitingLines({ most: mostWaiting, tellLost });
  let target: number | undefined;
  /** What is left of a piece of which the reader took a part. */
  let rest: Uint8Array = new Uint8Array();
  let timer: Timer | undefined;
  let closed = false;

  /** @returns false when the reader takes no more now */
  function drain(): boolean {
    target ??= withoutBlocking(fd);
    while (!closed) {
      if (rest.length === 0) rest = encoder.encode(lines.take(pieceSize));
      if (rest.length === 0) return true;
      const written = attempt(target, rest);
      if (written === 0) return false;
      closed = written === "closed";
      rest = rest.subarray(written === "closed" ? rest.length : written);
    }
    return true;
  }

  /** Writes what there is, and comes again as long as there is something. */
  function pump(): void {
    const taken = drain();
    const again = () => {
      timer = undefined;
      if (rest.length > 0 || lines.any()) pump();
    };
    timer = setTimeout(again, taken ? gathering : retry).unref();
  }

  process.on("exit", () => {
    const end = performance.now() + lastPatience;
    while (!drain() && performance.now() < end) Bun.sleepSync(5);
  });
  return {
    write(line) {
      if (closed) return;
      lines.add(line);
      if (timer === undefined) pump();
    },
    flushSync: () => void drain(),
  };
}

const encoder = new TextEncoder();

/** @returns how many bytes the reader took; 0 when it takes none now */
function attempt(fd: number, bytes: Uint8Array): number | "closed" {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // A full disk may have room again; a reader that has gone doesn't come back.
    return code === "EAGAIN" || code === "EINTR" || code === "ENOSPC" || code === "EDQUOT" ? 0 : "closed";
  }
}

/**
 * @returns a descriptor that leads where the given one does, and on which no write waits for a reader. Where possible it is one of our
 * own: others may share the given one and not expect it to change.
 */
function withoutBlocking(fd: 1 | 2): number {
  if (fstatSync(fd).isFile()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // Sockets can't be opened again, pipes of another user may not be, and not every system has /proc. Bun makes the descriptor itself
    // non-blocking when it makes a stream of it.
    return (fd === 1 ? process.stdout : process.stderr).fd;
  }
}

const tellLost = (lost: number): string =>
  `${JSON.stringify({
    level: "warn",
    time: new Date().toISOString(),
    pid: process.pid,
    lost,
    msg: "log lines were lost: whoever reads them takes them too slowly",
  })}\n`;
