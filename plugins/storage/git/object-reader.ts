import { startGit } from "./git-process";
import { readingLimits } from "./process-limits";

/** An object's bytes, from its start; all of them when there are `size`. */
export interface GitObject {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: number;
}

/** Reads objects from a bare repository through one git process, started with the first read. */
export interface ObjectReader {
  /**
   * @param name what names an object; must come from here, not from outside
   * @param maxBytes to read of it
   * @returns undefined when the repository doesn't have it
   * @throws SnapshotError when the repository can't be read
   */
  read(name: string, maxBytes: number): Promise<GitObject | undefined>;
  /** Reads many, without waiting for each answer before the next question. To be consumed to its end before anything else is read. */
  readEach(names: readonly string[], maxBytes: number): AsyncGenerator<[name: string, object: GitObject | undefined]>;
  close(): Promise<void>;
}

/** Questions that wait for their answers at most. */
const askedAhead = 128;

/**
 * @param gitDir bare repository
 * @param timeoutMs for all reads together
 */
export function createObjectReader(gitDir: string, timeoutMs: number, signal?: AbortSignal): ObjectReader {
  let session: ReturnType<typeof startSession> | undefined;

  async function read(name: string, maxBytes: number): Promise<GitObject | undefined> {
    ask([name]);
    return await answer(maxBytes);
  }

  async function* readEach(
    names: readonly string[],
    maxBytes: number,
  ): AsyncGenerator<[name: string, object: GitObject | undefined]> {
    let asked = 0;
    for (const [at, name] of names.entries()) {
      if (asked - at <= askedAhead / 2) {
        ask(names.slice(asked, at + askedAhead));
        asked = Math.min(names.length, at + askedAhead);
      }
      const object = await answer(maxBytes);
      if (session === undefined) asked = at + 1; // what had been asked ended with git
      yield [name, object];
    }
  }

  function ask(names: readonly string[]): void {
    if (names.length === 0) return;
    session ??= startSession(gitDir, timeoutMs, signal);
    session.git.input.write(names.map((name) => `${name}\n`).join(""));
  }

  async function answer(maxBytes: number): Promise<GitObject | undefined> {
    if (!session) throw new Error("git wasn't asked for an object");
    const header = await session.bytes.line();
    if (header === undefined) {
      await session.git.ended();
      throw new Error("git cat-file ended before it answered");
    }
    const digits = /^[0-9a-f]+ \w+ (\d+)$/.exec(header)?.[1];
    if (digits === undefined) return undefined;
    const size = Number(digits);
    if (size > maxBytes) {
      const bytes = await session.bytes.exactly(maxBytes);
      await close(); // cheaper than reading past something large
      return { bytes, size };
    }
    const content = await session.bytes.exactly(size + 1);
    return { bytes: content.subarray(0, -1), size };
  }

  async function close(): Promise<void> {
    const ending = session;
    session = undefined;
    ending?.git.stop();
    await ending?.git.ended().catch(() => {}); // stopped on purpose
  }

  return { read, readEach, close };
}

function startSession(gitDir: string, timeoutMs: number, signal?: AbortSignal) {
  const git = startGit({ gitDir, args: ["cat-file", "--batch"], limits: readingLimits, timeoutMs, signal });
  return { git, bytes: createByteReader(git.output) };
}

/** Takes lines and counted bytes from a stream. */
function createByteReader(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stream.getReader();
  let rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** The next chunk, or undefined at the end. */
  async function next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { value } = await reader.read();
    return value;
  }

  return {
    async line(): Promise<string | undefined> {
      for (;;) {
        const end = rest.indexOf(10);
        if (end >= 0) {
          const line = new TextDecoder().decode(rest.subarray(0, end));
          rest = rest.subarray(end + 1);
          return line;
        }
        const chunk = await next();
        if (chunk === undefined) return undefined;
        rest = new Uint8Array(Buffer.concat([rest, chunk]));
      }
    },
    async exactly(count: number): Promise<Uint8Array<ArrayBuffer>> {
      const content = new Uint8Array(count);
      for (let filled = 0; filled < count; ) {
        if (rest.byteLength === 0) {
          const chunk = await next();
          if (chunk === undefined) throw new Error("git cat-file ended in the middle of an object");
          rest = chunk;
        }
        const taken = rest.subarray(0, count - filled);
        content.set(taken, filled);
        filled += taken.byteLength;
        rest = rest.subarray(taken.byteLength);
      }
      return content;
    },
  };
}
