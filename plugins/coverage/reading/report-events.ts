/** What a report has, told in its order by whoever reads it. Of names that come twice the later counts. */
export interface ReportEvents {
  /** @param sha as it stands there; null for something that isn't text */
  commitSha(sha: string | null): void;
  /** @param form `blank`: nothing in it; `files`: an object, whose files follow; `other`: something else */
  data(form: "blank" | "files" | "other"): void;
  /** @param path in UTF-8, not read yet; null for one longer than {@link maxSentPathBytes} */
  beginFile(path: Uint8Array | null): void;
  /** A piece of the text that stands for the file's lines. */
  fileText(bytes: Uint8Array, start: number, end: number): void;
  endFile(): void;
  /** Something else stands where the file's text should. */
  noText(path: Uint8Array | null): void;
}

/** Bytes of a path: as long as one may be. */
export const maxPathBytes = 4_096;

/** Bytes of a path as it is sent: with `./` and `/` in front. */
export const maxSentPathBytes = maxPathBytes + 3;
