/** What a JSON document consists of, in its order. Objects and lists are told with how deep they stand: the document itself is at 0. */
export interface JsonEvents {
  open(kind: "object" | "list", depth: number): void;
  close(depth: number): void;
  /** A text begins: a key of the object at `depth - 1`, or a value. */
  beginText(depth: number, isKey: boolean): void;
  /** A piece of it, in UTF-8; halves of surrogate pairs come in three bytes each, which aren't UTF-8. */
  text(bytes: Uint8Array, start: number, end: number): void;
  endText(): void;
  /** A number, `true`, `false` or `null`, as it is written. */
  literal(written: string, depth: number): void;
}

/** Takes a JSON document in pieces. */
export interface JsonReader {
  /** @throws InvalidJson */
  take(bytes: Uint8Array): void;
  /** To be called after the last piece. Nothing but white space isn't an error. @throws InvalidJson */
  end(): void;
}

/** Something that isn't JSON. */
export class InvalidJson extends Error {
  override readonly name = "InvalidJson";
}

/** How deep lists and objects may be nested: far deeper than anybody does. */
const deepest = 500;
/** Characters of a number. */
const longestLiteral = 400;

type Expected = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end" | "nothing";

/** What a byte of a text calls for: nothing, the end, an escape, or an error. */
const inText = new Uint8Array(256);
inText.fill(3, 0, 0x20);
inText[0x22] = 1;
inText[0x5c] = 2;

const simpleEscapes = new Map(
  Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }).map(
    ([letter, meant]) => [letter.charCodeAt(0), meant.charCodeAt(0)] as const,
  ),
);
const literal = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/**
 * Reads JSON (RFC 8259) without holding it: a text is passed on as it comes, so that neither a large document nor a long text in it takes
 * memory. Whether bytes of texts are UTF-8 isn't looked at.
 */
export function createJsonReader(events: JsonEvents): JsonReader {
  const open: ("object" | "list")[] = [];
  let expected: Expected = "value";
  let isText = false;
  let isKey = false;
  /** Of an escape that isn't complete: what follows the backslash. */
  let incomplete: number[] | null = null;
  /** First half of a surrogate pair that waits for its second. */
  let half = 0;
  let written = "";
  let before = 0;
  const escaped = new Uint8Array(4);

  const fail = (at: number, what: string): never => {
    throw new InvalidJson(`${what} at byte ${before + at + 1}`);
  };

  function afterValue(): void {
    expected = open.length === 0 ? "nothing" : "comma or end";
  }

  /** @returns where what isn't part of the text any more begins */
  function takeText(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      if (incomplete) {
        takeEscape(incomplete, bytes[at] ?? 0, at);
        at++;
        continue;
      }
      const start = at;
      while (at < bytes.length && inText[bytes[at] ?? 0] === 0) at++;
      if (at > start) {
        endHalf();
        events.text(bytes, start, at);
        if (at === bytes.length) return at;
      }
      const byte = bytes[at] ?? 0;
      if (byte === 0x5c) incomplete = [];
      else if (byte !== 0x22) fail(at, "there is a control character");
      else {
        endHalf();
        isText = false;
        events.endText();
        if (isKey) expected = "colon";
        else afterValue();
        return at + 1;
      }
      at++;
    }
    return at;
  }

  function takeEscape(so: number[], byte: number, at: number): void {
    if (so.length === 0 && byte !== 0x75) {
      const meant = simpleEscapes.get(byte) ?? fail(at, "there is an unknown escape");
      incomplete = null;
      endHalf();
      escaped[0] = meant;
      events.text(escaped, 0, 1);
      return;
    }
    if (so.length > 0 && !isHexDigit(byte)) fail(at, "there is an unknown escape");
    so.push(byte);
    if (so.length < 5) return;
    incomplete = null;
    takeUnit(Number.parseInt(String.fromCharCode(...so.slice(1)), 16));
  }

  /** @param unit of UTF-16 */
  function takeUnit(unit: number): void {
    if (half !== 0 && unit >= 0xdc00 && unit < 0xe000) {
      const point = 0x10000 + ((half - 0xd800) << 10) + (unit - 0xdc00);
      half = 0;
      passOn(point);
      return;
    }
    endHalf();
    if (unit >= 0xd800 && unit < 0xdc00) half = unit;
    else passOn(unit);
  }

  function endHalf(): void {
    if (half === 0) return;
    const alone = half;
    half = 0;
    passOn(alone);
  }

  function passOn(point: number): void {
    events.text(escaped, 0, writeCodePoint(escaped, point));
  }

  function takeLiteral(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length && isOfLiteral(bytes[at] ?? 0)) at++;
    written += String.fromCharCode(...bytes.subarray(from, Math.min(at, from + longestLiteral + 1)));
    if (written.length > longestLiteral) fail(from, "there is a number that is too long");
    if (at < bytes.length) endLiteral(at);
    return at;
  }

  function endLiteral(at: number): void {
    if (!literal.test(written)) fail(at - written.length, "there is no value");
    events.literal(written, open.length);
    written = "";
    afterValue();
  }

  function takeMark(byte: number, at: number): void {
    const inObject = open.at(-1) === "object";
    if (byte === 0x22) {
      isKey = expected === "key" || expected === "key or end";
      if (!isKey && expected !== "value" && expected !== "value or end") fail(at, "there is a text too many");
      isText = true;
      events.beginText(open.length, isKey);
    } else if (byte === 0x7b || byte === 0x5b) {
      if (expected !== "value" && expected !== "value or end") fail(at, "there is a value too many");
      if (open.length === deepest) fail(at, "it is nested too deeply");
      const kind = byte === 0x7b ? "object" : "list";
      events.open(kind, open.length);
      open.push(kind);
      expected = kind === "object" ? "key or end" : "value or end";
    } else if (byte === 0x7d || byte === 0x5d) {
      const mayEnd = expected === "comma or end" || expected === (inObject ? "key or end" : "value or end");
      if (!mayEnd || open.length === 0 || inObject !== (byte === 0x7d)) fail(at, "there is a bracket too many");
      open.pop();
      events.close(open.length);
      afterValue();
    } else if (byte === 0x3a && expected === "colon") expected = "value";
    else if (byte === 0x2c && expected === "comma or end") expected = inObject ? "key" : "value";
    else fail(at, "there is something that doesn't belong");
  }

  return {
    take(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const byte = bytes[at] ?? 0;
        if (isText) at = takeText(bytes, at);
        else if (written !== "") {
          if (isOfLiteral(byte)) at = takeLiteral(bytes, at);
          else endLiteral(at);
        } else if (isSpace(byte)) at++;
        else if (isOfLiteral(byte) && (expected === "value" || expected === "value or end")) at = takeLiteral(bytes, at);
        else takeMark(byte, at++);
      }
      before += bytes.length;
    },
    end() {
      if (written !== "") endLiteral(0);
      if (expected === "value" && open.length === 0 && !isText) return;
      if (expected !== "nothing") fail(0, "it ends early");
    },
  };
}

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const isHexDigit = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);

/** Letters, digits, `+`, `-` and `.` */
const isOfLiteral = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x2d ||
  byte === 0x2b ||
  byte === 0x2e ||
  byte === 0x45;

/** Writes a code point in UTF-8, also one that has none. @returns how many bytes */
function writeCodePoint(into: Uint8Array, point: number): number {
  if (point < 0x80) {
    into[0] = point;
    return 1;
  }
  const count = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  let rest = point;
  for (let index = count - 1; index > 0; index--) {
    into[index] = 0x80 | (rest & 0x3f);
    rest >>= 6;
  }
  into[0] = ((0xf00 >> count) & 0xff) | rest;
  return count;
}
