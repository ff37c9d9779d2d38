import { maxPathBytes, type ReportEvents } from "../reading/report-events";
import { decoded } from "../reading/short-text";
import { createPartWriter, type PartWriter } from "./parts";

/** As many as a commit has at most unless settings say otherwise. */
const maxFiles = 200_000;

const tooLong = `a path has more than ${maxPathBytes} bytes`;

/** What has been read of a report. */
export interface ReceivedFiles extends ReportEvents, Pick<PartWriter, "takeFull" | "takeLast"> {
  readonly sha: string | null;
  /** What stands in its `data`; null for nothing. */
  readonly form: "files" | "other" | null;
  /** The first thing that is wrong with its files; nothing of them is kept from then on. */
  readonly mistake: string | null;
  /** Files, counted from 0, that one with an equal path has come after. */
  readonly replaced: readonly number[];
}

/** Keeps a report's files in parts, under their plain paths, while it is read. */
export function createReceivedFiles(): ReceivedFiles {
  const parts = createPartWriter();
  // Paths of a large report may take as much memory as the report. By a secret number, nobody can make two of them seem equal.
  const seed = crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
  const known = new Map<bigint, number>();
  let files = 0;
  let isKept = false;

  const received = {
    sha: null as string | null,
    form: null as ReceivedFiles["form"],
    mistake: null as string | null,
    replaced: [] as number[],
  };

  function refuse(reason: string): void {
    received.mistake ??= reason;
    parts.takeFull();
    isKept = false;
  }

  function begin(sent: Uint8Array | null): void {
    if (received.mistake !== null) return;
    const path = files === maxFiles ? `has more than ${maxFiles} files` : plainPath(sent);
    if (typeof path === "string") {
      refuse(path);
      return;
    }
    const key = Bun.hash.wyhash(path, seed);
    const before = known.get(key);
    if (before !== undefined) received.replaced.push(before);
    known.set(key, files++);
    parts.beginFile(path);
    isKept = true;
  }

  return Object.assign(received, {
    commitSha(sha: string | null) {
      received.sha = sha;
    },
    data(form: "blank" | "files" | "other") {
      if (received.form === "files") refuse("is given twice");
      received.form = form === "blank" ? null : form;
    },
    beginFile: begin,
    fileText(bytes: Uint8Array, start: number, end: number) {
      if (isKept) parts.fileText(bytes, start, end);
    },
    endFile() {
      if (isKept) parts.endFile();
      isKept = false;
    },
    noText(path: Uint8Array | null) {
      refuse(`${path === null ? "a file" : (decoded(path)?.slice(0, 100) ?? "a file")}: expected text`);
    },
    takeFull: () => parts.takeFull(),
    takeLast: () => parts.takeLast(),
  });
}

/** Reporters write one path in several ways: a `./` in front goes, and one `/`. @returns the path, or as text what is wrong with it */
function plainPath(sent: Uint8Array | null): Uint8Array | string {
  const path = sent && decoded(sent);
  if (sent === null) return tooLong;
  if (path === null || path.includes("\0")) return "a path has U+0000 or half of a surrogate pair";
  const start = path.startsWith("./") ? 2 : 0;
  const plain = sent.subarray(path.startsWith("/", start) ? start + 1 : start);
  if (plain.length > maxPathBytes) return tooLong;
  return path.slice(sent.length - plain.length).trim() === "" ? "a path mustn't be blank" : plain;
}
