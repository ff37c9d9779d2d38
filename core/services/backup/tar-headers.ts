/** An entry of a tar, as far as backups have it: a plain file with attributes. */
export interface TarHeader {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export const blockSize = 512;

/** The largest size that fits into a header's eleven octal digits. */
const mostOctal = 8 ** 11 - 1;

/** @returns how many bytes fill the last block of a content */
export const paddingOf = (size: number): number => (blockSize - (size % blockSize)) % blockSize;

const utf8 = new TextEncoder();

/**
 * @returns the blocks before an entry's content: a ustar header, preceded by extended ones (pax) where something doesn't fit into it
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export function tarHeader({ name, size, attributes }: TarHeader): Uint8Array {
  const records = Object.entries(attributes);
  if (utf8.encode(name).byteLength > 100) records.push(["path", name]);
  if (size > mostOctal) records.push(["size", String(size)]);
  if (records.length === 0) return ustar(name, size, "0");
  const extended = utf8.encode(records.map(([key, value]) => record(key, value)).join(""));
  const padded = new Uint8Array(extended.byteLength + paddingOf(extended.byteLength));
  padded.set(extended);
  return Buffer.concat([ustar("PaxHeader", extended.byteLength, "x"), padded, ustar(name, size, "0")]);
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function record(key: string, value: string): string {
  const rest = utf8.encode(` ${key}=${value}\n`).byteLength;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length++;
  return `${length} ${key}=${value}\n`;
}

function ustar(name: string, size: number, type: "0" | "x"): Uint8Array {
  const block = Buffer.alloc(blockSize);
  block.write(name.slice(0, 100), 0, 100, "utf8");
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, length, "latin1");
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(Math.min(size, mostOctal), 124, 12);
  octal(Math.floor(Date.now() / 1000), 136, 12);
  block.write(type, 156, 1, "latin1");
  block.write("ustar\x0000", 257, 8, "latin1");
  block.write(`${checksumOf(block).toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
  return block;
}

/** The sum of a header's bytes, its own checksum counted as spaces. */
function checksumOf(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of block.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum;
}

/** @returns what a header block says; null for the block of zeros at the end @throws Error when it isn't a header */
export function readTarHeader(block: Uint8Array): { name: string; size: number; type: string } | null {
  if (block.every((byte) => byte === 0)) return null;
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const text = (at: number, length: number) => bytes.toString("utf8", at, at + length).replace(/\0[\s\S]*$/, "");
  const number = (at: number, length: number) => Number.parseInt(text(at, length).trim() || "0", 8);
  if (number(148, 8) !== checksumOf(block)) throw new Error("an entry's header is damaged");
  return { name: text(0, 100), size: number(124, 12), type: text(156, 1) };
}

/** @returns the records of an extended header */
export function readTarRecords(content: Uint8Array): Record<string, string> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const records: Record<string, string> = {};
  for (let at = 0; at < bytes.byteLength; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString("latin1", at, space));
    const [, key = "", value = ""] = /^([^=]*)=([\s\S]*)\n$/.exec(bytes.toString("utf8", space + 1, at + length)) ?? [];
    if (!(space > at && length > 0 && key)) throw new Error("an entry's attributes are damaged");
    records[key] = value;
    at += length;
  }
  return records;
}
