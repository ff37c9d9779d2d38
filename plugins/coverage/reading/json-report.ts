import { createJsonReader, type JsonReader } from "./json-reader";
import { maxSentPathBytes, type ReportEvents } from "./report-events";
import { createShortText } from "./short-text";

/** The document isn't an object. */
export class NotAnObject extends Error {
  override readonly name = "NotAnObject";
}

/** Reads a report sent as JSON: `{"commit_sha": "…", "data": {"path": "…"}}`. Whatever else is in it counts for nothing. */
export function createJsonReport(report: ReportEvents): JsonReader {
  const name = createShortText(64);
  const path = createShortText(maxSentPathBytes);
  const value = createShortText(1_024);
  /** Whose value is being read, and whether it is the object of files or a list. */
  let member: string | null = null;
  let inside: "files" | "list" | "other" = "other";
  let reading: "name" | "path" | "file" | "value" | "nothing" = "nothing";

  /** A value that isn't text has come. */
  function noText(depth: number): void {
    if (depth === 2 && inside === "files") report.noText(path.bytes());
    if (depth === 2 && inside === "list") report.data("other");
  }

  return createJsonReader({
    open(kind, depth) {
      if (depth === 0 && kind === "list") throw new NotAnObject();
      noText(depth);
      if (depth !== 1) return;
      inside = "other";
      if (member === "commit_sha") report.commitSha(null);
      if (member !== "data") return;
      // A list is blank until something comes in it.
      inside = kind === "object" ? "files" : "list";
      report.data(kind === "object" ? "files" : "blank");
    },
    close() {},
    beginText(depth, isKey) {
      if (depth === 0) throw new NotAnObject();
      reading = "nothing";
      if (depth === 1) reading = isKey ? "name" : "value";
      else if (depth === 2 && inside === "files") reading = isKey ? "path" : "file";
      else noText(depth);
      if (reading === "name") name.clear();
      else if (reading === "path") path.clear();
      else if (reading === "value") value.clear();
      else if (reading === "file") report.beginFile(path.bytes());
    },
    text(bytes, start, end) {
      if (reading === "file") report.fileText(bytes, start, end);
      else if (reading === "path") path.add(bytes, start, end);
      else if (reading === "name") name.add(bytes, start, end);
      else if (reading === "value") value.add(bytes, start, end);
    },
    endText() {
      if (reading === "file") report.endFile();
      else if (reading === "name") member = name.text();
      else if (reading === "value" && member === "commit_sha") report.commitSha(value.text() ?? "\uFFFD");
      else if (reading === "value" && member === "data") report.data(value.text()?.trim() === "" ? "blank" : "other");
    },
    literal(written, depth) {
      if (depth === 0) throw new NotAnObject();
      noText(depth);
      if (depth !== 1) return;
      const isNothing = written === "null" || written === "false";
      if (member === "commit_sha") report.commitSha(isNothing ? null : written);
      if (member === "data") report.data(isNothing ? "blank" : "other");
    },
  });
}
