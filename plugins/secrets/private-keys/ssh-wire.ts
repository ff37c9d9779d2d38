/** Reads what SSH calls strings and multiple-precision integers (RFC 4251, section 5). */
export interface WireReader {
  /** Length-prefixed bytes. */
  bytes(): Buffer;
  text(): string;
  /** A number that isn't negative, without leading zeros; at most `bits` of it. */
  number(bits: number): Buffer;
  uint32(): number;
  /** What is left. */
  rest(): Buffer;
}

/** @throws RangeError when less is there than is said to be, or a number is negative or too large */
export function wireReader(data: Buffer): WireReader {
  let at = 0;
  const take = (length: number): Buffer => {
    if (length > data.length - at) throw new RangeError("the data ends too early");
    at += length;
    return data.subarray(at - length, at);
  };
  const uint32 = () => take(4).readUInt32BE();
  const bytes = () => take(uint32());
  return {
    uint32,
    bytes,
    text: () => bytes().toString("latin1"),
    number(bits) {
      const read = bytes();
      if ((read[0] ?? 0) >= 0x80) throw new RangeError("a number is negative");
      const plain = withoutLeadingZeros(read);
      if (plain.length * 8 > bits + 7) throw new RangeError("a number is too large");
      return plain;
    },
    rest: () => take(data.length - at),
  };
}

/** Joins length-prefixed parts. */
export function wire(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** @param magnitude big-endian. @returns it as a number that isn't negative, for {@link wire} and for DER */
export function positive(magnitude: Buffer): Buffer {
  const plain = withoutLeadingZeros(magnitude);
  return (plain[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), plain]) : plain;
}

function withoutLeadingZeros(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? bytes.subarray(0, 0) : bytes.subarray(first);
}
