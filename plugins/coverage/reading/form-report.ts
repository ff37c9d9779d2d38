import { maxSentPathBytes, type ReportEvents } from "./report-events";
import { createShortText, decoded } from "./short-text";

/** A form that can't be read. */
export class InvalidForm extends Error {
  override readonly name = "InvalidForm";
}

/** Reads a report sent as fields of a form: `commit_sha`, and `data[path]` for each file. Others count for nothing. */
export interface FormReport {
  beginField(name: Uint8Array | null): void;
  fieldText(bytes: Uint8Array, start: number, end: number): void;
  endField(): void;
}

const utf8 = new TextEncoder();
const [beforePath, afterPath] = [utf8.encode("data["), 0x5d];
/** Bytes of a field's name. */
export const maxNameBytes = maxSentPathBytes + beforePath.length + 1;

/** A path is everything between the first bracket and the last, so that it may have some itself: `data[app/[id]/page.ts]`. */
export function createFormReport(report: ReportEvents): FormReport {
  const value = createShortText(1_024);
  let reading: "file" | "commit_sha" | "data" | "nothing" = "nothing";
  let hasFiles = false;

  return {
    beginField(name) {
      value.clear();
      const path = name === null ? null : pathIn(name);
      if (path !== undefined) {
        if (!hasFiles) report.data("files");
        hasFiles = true;
        reading = "file";
        report.beginFile(path);
        return;
      }
      const plain = name === null ? null : decoded(name);
      reading = plain === "commit_sha" || plain === "data" ? plain : "nothing";
    },
    fieldText(bytes, start, end) {
      if (reading === "file") report.fileText(bytes, start, end);
      else if (reading !== "nothing") value.add(bytes, start, end);
    },
    endField() {
      if (reading === "file") report.endFile();
      if (reading === "commit_sha") report.commitSha(value.text() ?? "\uFFFD");
      if (reading === "data") report.data(value.text()?.trim() === "" ? "blank" : "other");
    },
  };
}

/** @returns undefined when it isn't the name of a file's field; null when the path is too long */
function pathIn(name: Uint8Array): Uint8Array | null | undefined {
  const isFile = name.at(-1) === afterPath && beforePath.every((byte, index) => name[index] === byte);
  return isFile ? name.subarray(beforePath.length, -1) : undefined;
}
