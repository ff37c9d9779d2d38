import { isAscii, isUtf8 } from "node:buffer";
import { bodyStream, coreErrors, isJson, mediaType } from "../../../core";
import { letGo } from "../let-go";
import { createFormReport, InvalidForm } from "../reading/form-report";
import { InvalidJson } from "../reading/json-reader";
import { createJsonReport, NotAnObject } from "../reading/json-report";
import { createMultipartReader } from "../reading/multipart";
import type { ReportEvents } from "../reading/report-events";
import { createUrlEncodedReader } from "../reading/url-encoded";
import type { Places } from "./places";

interface BodyReader {
  take(bytes: Uint8Array): void;
  end(): void;
}

/** Bytes of a body that are read at a time. */
const sliceBytes = 256 * 1024;

/**
 * Reads a report out of a request's body, as JSON, URL-encoded or multipart form. It isn't held: what is read of it is told at once.
 * @param drain called again and again, to work off what has been told
 * @param places one of them is taken while something is read and worked off, but not while more of the body is waited for
 * @throws ApiError `request.malformed`, `request.too_large`; not before the whole body has come, so that its sender hears of it
 */
export async function readReport(
  request: Request,
  limit: number,
  { report, drain, places }: { report: ReportEvents; drain: () => Promise<void>; places: Places },
): Promise<void> {
  let reader: BodyReader | undefined;
  let mistake: unknown;
  for await (const piece of bodyStream(request, limit)) {
    for (let at = 0; at < piece.length && mistake === undefined; at += sliceBytes) {
      await places(async () => {
        try {
          reader ??= readerFor(request, report);
          reader.take(piece.subarray(at, at + sliceBytes));
        } catch (error) {
          mistake = error;
        }
        await drain();
      });
    }
    letGo(piece.length);
  }
  try {
    if (mistake !== undefined) throw mistake;
    reader?.end();
  } catch (error) {
    throw coreErrors.fail("request.malformed", complaint(error));
  }
}

function complaint(error: unknown): string {
  if (error instanceof NotAnObject) return "The body must be a JSON object";
  if (error instanceof InvalidJson) return `The body isn't valid JSON: ${error.message}`;
  if (error instanceof InvalidForm) return error.message;
  throw error;
}

function readerFor(request: Request, report: ReportEvents): BodyReader {
  const type = mediaType(request);
  if (isJson(type)) return ofUtf8(createJsonReport(report));
  if (type === "application/x-www-form-urlencoded") return createUrlEncodedReader(createFormReport(report));
  if (type === "multipart/form-data")
    return createMultipartReader(createFormReport(report), request.headers.get("content-type") ?? "");
  return { take: () => undefined, end: () => undefined };
}

/** Refuses bytes that aren't UTF-8, and leaves out a byte order mark. */
function ofUtf8(reader: BodyReader): BodyReader {
  let begun = false;
  let tail: Uint8Array = new Uint8Array();
  return {
    take(bytes) {
      let rest = bytes;
      if (tail.length > 0) rest = Buffer.concat([tail, bytes]);
      const whole = rest.length - cutShort(rest);
      tail = rest.slice(whole);
      rest = rest.subarray(0, whole);
      if (!isAscii(rest) && !isUtf8(rest)) throw new InvalidJson("it isn't UTF-8");
      if (!begun && rest.length > 0) {
        begun = true;
        if (rest[0] === 0xef && rest[1] === 0xbb && rest[2] === 0xbf) rest = rest.subarray(3);
      }
      reader.take(rest);
    },
    end() {
      if (tail.length > 0) throw new InvalidJson("it isn't UTF-8");
      reader.end();
    },
  };
}

/** @returns how many bytes at the end begin a character that isn't complete */
function cutShort(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const needed = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return needed > back ? back : 0;
  }
  return 0;
}
