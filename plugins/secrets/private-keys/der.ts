/** One value in DER (ITU-T X.690). */
export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
}

export const derTag = { integer: 0x02, bitString: 0x03, octetString: 0x04, sequence: 0x30, context0: 0xa0 } as const;

/** @returns the values that follow each other. @throws RangeError when less is there than is said to be */
export function readDer(data: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < data.length; ) {
    const tag = data.readUInt8(at);
    const first = data.readUInt8(at + 1);
    const extra = first < 0x80 ? 0 : first & 0x7f;
    if (extra > 4) throw new RangeError("a length is too large");
    const length = extra === 0 ? first : data.readUIntBE(at + 2, extra);
    const begin = at + 2 + extra;
    if (length > data.length - begin) throw new RangeError("the data ends too early");
    values.push({ tag, content: data.subarray(begin, begin + length) });
    at = begin + length;
  }
  return values;
}

/** @returns a value of that kind, in DER */
export function writeDer(tag: number, content: Buffer): Buffer {
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const plain = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 | plain.length]), plain, content]);
}
