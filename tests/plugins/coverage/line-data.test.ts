import { expect, test } from "bun:test";
import fc from "fast-check";
import { blocksOf } from "../../../plugins/coverage/line-data/blocks";
import { decodeFile } from "../../../plugins/coverage/line-data/decode";
import { InvalidLineData, type LineKind } from "../../../plugins/coverage/line-data/line-kind";
import { percentText, wholePercentOf } from "../../../plugins/coverage/percent";
import { lines } from "./coverage-world";

/** @param cuts where the bytes are cut into pieces */
async function decodeBytes(bytes: Uint8Array, cuts: readonly number[] = []) {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  const { pieces, ...counts } = await decodeFile(at.slice(1).map((end, index) => bytes.slice(at[index], end)));
  return { bytes: new Uint8Array(Buffer.concat(pieces)), ...counts };
}
const decode = (text: string, cuts: readonly number[] = []) => decodeBytes(new TextEncoder().encode(text), cuts);
const kindsOf = (bytes: Uint8Array): LineKind[] =>
  blocksOf(bytes).flatMap(({ kind, start, end }) => Array<LineKind>(end - start + 1).fill(kind));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const line = fc.oneof(
  fc.constant("neutral" as const),
  fc.constant("ignored" as const),
  fc.constant("missed" as const),
  fc.nat(),
);
const kindOf = (one: LineKind | number): LineKind => (typeof one === "string" ? one : one === 0 ? "missed" : "covered");

/** @param spare separators before each line, which mean nothing */
function encode(all: readonly (LineKind | number)[], spare = 0): Buffer {
  const bytes = all.map((one, index) => {
    const separated = typeof one === "number" && typeof all[index - 1] === "number";
    const text = typeof one === "number" ? String(one) : { neutral: "\0", ignored: "\x1B", missed: "\x15", covered: "1" }[one];
    return "\x1E".repeat(separated ? spare + 1 : spare) + text;
  });
  return Buffer.from(bytes.join(""), "latin1");
}

test.each([
  ["31 30 1E 32 30 00 1B 15", 2, 1],
  ["00 33 1E 31 32 15 1B 00", 2, 1],
  ["37", 1, 0],
  ["30 1E 34", 1, 1],
  ["15 15 15", 0, 3],
  ["", 0, 0],
])("%p has so many lines that were run and that were missed", async (hex, covered, missed) => {
  expect(await decode(lines(hex))).toMatchObject({ covered, missed });
});

test("any lines decode to themselves, from Base64 with white space and without padding, and as they are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.nat(3),
      fc.nat(76),
      fc.array(fc.nat(), { maxLength: 3 }),
      async (all, spare, width, cuts) => {
        const bytes = encode(all, spare);
        const base64 = bytes.toString("base64");
        const wrapped = base64.replaceAll("=", "").replace(new RegExp(`.{${width + 1}}`, "g"), "$& \r\n\t");
        const kinds = all.map(kindOf);
        for (const text of [base64, wrapped]) {
          const file = await decode(text, cuts);
          expect(hexOf(file.bytes)).toBe(bytes.toString("hex"));
          expect(file.covered).toBe(kinds.filter((kind) => kind === "covered").length);
          expect(file.missed).toBe(kinds.filter((kind) => kind === "missed").length);
        }
        expect(kindsOf(bytes)).toEqual(kinds);
        if (bytes.some((byte) => byte < 0x20))
          expect(hexOf((await decodeBytes(bytes, cuts)).bytes)).toBe(bytes.toString("hex"));
      },
    ),
  );
});

test("any other bytes are refused or lines, and nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (bytes) => {
      const isValid = bytes.every((byte) => [0x00, 0x15, 0x1b, 0x1e].includes(byte) || (byte >= 0x30 && byte <= 0x39));
      const decoded = await decode(Buffer.from(bytes).toString("base64")).catch((error: unknown) => error);
      if (isValid) expect(decoded).toMatchObject({ bytes });
      else expect(decoded).toBeInstanceOf(InvalidLineData);
      const asTheyAre = await decodeBytes(bytes).catch((error: unknown) => error);
      if (asTheyAre instanceof Error) expect(asTheyAre).toBeInstanceOf(InvalidLineData);
    }),
  );
});

test.each(["N", "Nw===", "N=w=", "Nw=w", "=", "N-==", "Nw==é", "MDEx=", "Nw\u00a0=="])("%p isn't Base64", async (text) => {
  expect(await decode(text).catch((error: unknown) => error)).toBeInstanceOf(InvalidLineData);
});

test("nothing is decoded twice", async () => {
  const once = Buffer.from("Nw==").toString("base64");
  expect(await decode(once).catch((error: unknown) => error)).toBeInstanceOf(InvalidLineData);
});

test("blocks are in order and together have every line", () => {
  expect(blocksOf(Buffer.from("31301e3230001b15", "hex"))).toEqual([
    { kind: "covered", start: 1, end: 2 },
    { kind: "neutral", start: 3, end: 3 },
    { kind: "ignored", start: 4, end: 4 },
    { kind: "missed", start: 5, end: 5 },
  ]);
  expect(blocksOf(new Uint8Array())).toEqual([]);
});

test("percent is never more than was reached, and written with one or two decimals", () => {
  expect(wholePercentOf({ covered: 29, total: 50 })).toBe(58);
  expect(wholePercentOf({ covered: 9_999, total: 10_000 })).toBe(99);
  const texts = [
    [1041, 1104, "94.29"],
    [943, 1000, "94.3"],
    [1, 1, "100.0"],
    [0, 3, "0.0"],
    [1, 800, "0.13"],
    [22_499, 25_000, "90.0"],
    [1, 2_000, "0.05"],
  ] as const;
  for (const [covered, total, text] of texts) expect(percentText({ covered, total })).toBe(text);
});
