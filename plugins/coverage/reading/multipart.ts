import { type FormReport, InvalidForm } from "./form-report";

/** Bytes that the lines before a field's content may have. */
const longestHead = 16 * 1024;
const lineEnd = Buffer.from("\r\n");
const headEnd = Buffer.from("\r\n\r\n");

/**
 * Takes a multipart form (RFC 7578) in pieces. Of a field's headers only its name counts.
 * @param contentType which has the boundary
 * @throws InvalidForm
 */
export function createMultipartReader(form: FormReport, contentType: string): { take(bytes: Uint8Array): void; end(): void } {
  const delimiter = Buffer.from(`\r\n--${boundaryIn(contentType)}`);
  // The first delimiter may stand at the very beginning, without a line before.
  let rest: Buffer = lineEnd;
  let place: "before" | "delimiter" | "head" | "content" | "after" = "before";

  /** Passes on what surely belongs to the content. @returns whether the content ended */
  function takeContent(bytes: Buffer): boolean {
    const found = bytes.indexOf(delimiter);
    // What may be the beginning of a delimiter waits for more.
    const sure = found < 0 ? Math.max(0, bytes.length - delimiter.length + 1) : found;
    if (place === "content" && sure > 0) form.fieldText(bytes, 0, sure);
    rest = bytes.subarray(found < 0 ? sure : found + delimiter.length);
    if (found < 0) return false;
    if (place === "content") form.endField();
    place = "delimiter";
    return true;
  }

  /** @returns whether there was enough of it */
  function takeDelimiterEnd(bytes: Buffer): boolean {
    if (bytes.length < 2) return false;
    if (bytes.toString("latin1", 0, 2) === "--") {
      place = "after";
      return true;
    }
    // Senders may pad the line with white space.
    const end = bytes.indexOf(lineEnd);
    if (end < 0 && bytes.length < longestHead) return false;
    if (end < 0 || bytes.toString("latin1", 0, end).trim() !== "") throw invalid();
    // With the line's end, where a head may end at once.
    rest = bytes.subarray(end);
    place = "head";
    return true;
  }

  /** @returns whether there was enough of it */
  function takeHead(bytes: Buffer): boolean {
    const end = bytes.indexOf(headEnd);
    if (end > longestHead || (end < 0 && bytes.length > longestHead)) throw invalid();
    if (end < 0) return false;
    form.beginField(Buffer.from(nameIn(bytes.toString("utf8", 0, end))));
    rest = bytes.subarray(end + headEnd.length);
    place = "content";
    return true;
  }

  return {
    take(bytes) {
      if (place === "after") return;
      rest = Buffer.concat([rest, bytes]);
      for (let goesOn = true; goesOn; ) {
        if (place === "before" || place === "content") goesOn = takeContent(rest);
        else if (place === "delimiter") goesOn = takeDelimiterEnd(rest);
        else if (place === "head") goesOn = takeHead(rest);
        else goesOn = false;
      }
      rest = Buffer.from(rest);
    },
    end() {
      if (place !== "after") throw invalid();
    },
  };
}

const invalid = (): InvalidForm => new InvalidForm("The body isn't a valid multipart form");

function boundaryIn(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw invalid();
  return boundary;
}

/** Quotes in names come as `%22` from browsers, with a backslash from others. */
function nameIn(head: string): string {
  const [, quoted, plain] =
    /^content-disposition:\s*form-data\b.*?;\s*name=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/im.exec(head) ?? [];
  if (quoted === undefined && plain === undefined) throw invalid();
  return (quoted ?? plain ?? "")
    .replace(/\\(["\\])/g, "$1")
    .replace(/%(22|0D|0A)/gi, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
