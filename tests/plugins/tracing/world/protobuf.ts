import type { ReceivedSpan } from "./collector";

/** The fields of a message as they came, by number. */
type Fields = ReadonlyMap<number, (Uint8Array | bigint)[]>;

const text = (bytes: Uint8Array | bigint | undefined) => (bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : "");
const hex = (bytes: Uint8Array | bigint | undefined) => (bytes instanceof Uint8Array ? bytes.toHex() : "");
const number = (value: Uint8Array | bigint | undefined) => (typeof value === "bigint" ? Number(value) : 0);

/** @returns the spans of an ExportTraceServiceRequest, as far as tests look at them */
export function spansOfProtobuf(request: Uint8Array): ReceivedSpan[] {
  return inside(fields(request), 1).flatMap((ofResource) => {
    const [resource = new Map()] = inside(ofResource, 1);
    return inside(ofResource, 2)
      .flatMap((ofScope) => inside(ofScope, 2))
      .map((span) => ({
        traceId: hex(span.get(1)?.[0]),
        spanId: hex(span.get(2)?.[0]),
        parentSpanId: hex(span.get(4)?.[0]) || null,
        name: text(span.get(5)?.[0]),
        kind: number(span.get(6)?.[0]),
        attributes: attributes(inside(span, 9)),
        resource: attributes(inside(resource, 1)),
        failed: inside(span, 15).some((status) => number(status.get(3)?.[0]) === 2),
      }));
  });
}

const inside = (message: Fields, number: number): Fields[] =>
  (message.get(number) ?? []).flatMap((bytes) => (bytes instanceof Uint8Array ? [fields(bytes)] : []));

function attributes(pairs: readonly Fields[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [value = new Map()] = inside(pair, 2);
      const [whole] = value.get(3) ?? [];
      return [text(pair.get(1)?.[0]), whole === undefined ? text(value.get(1)?.[0]) : number(whole)];
    }),
  );
}

function fields(message: Uint8Array): Fields {
  const found = new Map<number, (Uint8Array | bigint)[]>();
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const value = valueIn(tag & 7);
    found.set(tag >> 3, [...(found.get(tag >> 3) ?? []), value]);
  }
  return found;

  function valueIn(type: number): Uint8Array | bigint {
    if (type === 0) return varint();
    const length = type === 2 ? Number(varint()) : type === 1 ? 8 : 4;
    at += length;
    return message.subarray(at - length, at);
  }
}
