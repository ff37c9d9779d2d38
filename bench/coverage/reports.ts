/** Bodies of reports. The same every time. */

const encoder = new TextEncoder();

/** A number generator that always begins alike (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Line data of so many lines: two in five with nothing to run, of the others one in five missed, hits as test runs have them. */
function lineData(lines: number, next: () => number): string {
  let text = "";
  let afterNumber = false;
  for (let line = 0; line < lines; line++) {
    const isNeutral = next() < 0.4;
    const hits = next() < 0.2 ? 0 : Math.floor(1 / (next() + 0.001));
    if (!isNeutral && hits > 0) text += afterNumber ? `\u001e${hits}` : hits;
    else text += isNeutral ? "\0" : "\u0015";
    afterNumber = !isNeutral && hits > 0;
  }
  return Buffer.from(text, "latin1").toString("base64");
}

/** A report of so many files of so many lines. */
export function reportOf(sha: string, files: number, linesPerFile: number): Uint8Array<ArrayBuffer> {
  const next = numbers(1);
  const data = Object.fromEntries(
    Array.from({ length: files }, (_, index) => [`src/part-${index % 97}/file-${index}.ts`, lineData(linesPerFile, next)]),
  );
  return encoder.encode(JSON.stringify({ data, commit_sha: sha }));
}

/** A report with one file of so many bytes. */
export function largeReport(sha: string, bytes: number): Uint8Array<ArrayBuffer> {
  const piece = lineData(30_000, numbers(2)).slice(0, 30_000);
  return encoder.encode(
    JSON.stringify({ data: { "src/large.ts": piece.repeat(Math.ceil(bytes / piece.length)) }, commit_sha: sha }),
  );
}
