import { setImmediate } from "node:timers/promises";
import { createBase64Reader } from "./base64-reader";
import { createLineScanner } from "./line-scanner";

/** A file's lines, and what was counted of them. */
export interface DecodedFile {
  /** One byte string, as it is kept. */
  readonly bytes: Uint8Array;
  /** Lines that were run. */
  readonly covered: number;
  /** Lines that could have been run and weren't. */
  readonly missed: number;
}

/** Bytes that are worked on without anybody else having a turn. */
const sliceBytes = 512 * 1024;

/**
 * Decodes what an upload has for one file: Base64 of line data, or line data as it is, which shows in control characters.
 * @param value the text's bytes
 * @throws InvalidLineData
 */
export async function decodeFile(value: Uint8Array): Promise<DecodedFile> {
  const bytes = new Uint8Array(value.length);
  let length = 0;
  let covered = 0;
  let missed = 0;
  const scanner = createLineScanner((kind) => {
    if (kind === "covered") covered++;
    else if (kind === "missed") missed++;
  });
  const takeByte = (byte: number): void => {
    bytes[length++] = byte;
    scanner.take(byte);
  };
  const base64 = isRaw(value) ? null : createBase64Reader(takeByte);
  const take = base64?.take ?? takeByte;
  for (let start = 0; start < value.length; start += sliceBytes) {
    if (start > 0) await setImmediate();
    const end = Math.min(start + sliceBytes, value.length);
    for (let index = start; index < end; index++) take(value[index] ?? 0);
  }
  base64?.end();
  scanner.end();
  return { bytes: bytes.subarray(0, length), covered, missed };
}

/** Base64 has no control characters but white space. */
const isRaw = (value: Uint8Array): boolean => value.some(isControl);

const isControl = (byte: number): boolean => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;
