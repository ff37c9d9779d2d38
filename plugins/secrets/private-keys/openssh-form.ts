import { createPrivateKey, type KeyObject } from "node:crypto";
import { derTag, writeDer } from "./der";
import { positive, type WireReader, wire, wireReader } from "./ssh-wire";

const magic = "openssh-key-v1\0";

/** Bits of the largest numbers: what the library takes as RSA and as DSA keys. */
const largest = { rsa: 16_384, dsa: 10_000 } as const;

/**
 * Reads a private key in OpenSSH's own form, as its PROTOCOL.key describes it.
 * @param data what is between the lines BEGIN and END, decoded
 * @returns the key, and its public half as the file has it unencrypted
 * @throws Error when it is anything but one key without a passphrase
 */
export function readOpenSshForm(data: Buffer): { key: KeyObject; publicBlob: Buffer } {
  if (data.subarray(0, magic.length).toString("latin1") !== magic) throw new Error("it doesn't begin as such a key");
  const outer = wireReader(data.subarray(magic.length));
  if (outer.text() !== "none" || outer.text() !== "none" || outer.bytes().length > 0) throw new Error("it has a passphrase");
  if (outer.uint32() !== 1) throw new Error("it isn't one key");
  const publicBlob = outer.bytes();
  const inner = wireReader(outer.bytes());
  const [check, again] = [inner.uint32(), inner.uint32()];
  if (outer.rest().length > 0 || check !== again) throw new Error("it is damaged");
  const key = readKey(inner.text(), inner, publicBlob);
  inner.bytes();
  // Filled up with 1, 2, 3 …
  if (inner.rest().some((byte, index) => byte !== (index + 1) % 256)) throw new Error("it is damaged");
  return { key, publicBlob };
}

/** Writes the private half as OpenSSL does, who finds out whether it is a key, and what its public half is. */
function readKey(type: string, from: WireReader, publicBlob: Buffer): KeyObject {
  switch (type) {
    case "ssh-rsa":
      return readRsa(from);
    case "ssh-dss": {
      const next = () => positive(from.number(largest.dsa));
      const [p, q, g, y, x] = [next(), next(), next(), next(), next()];
      requireEqual(publicBlob, wire(type, p, q, g, y));
      return ofPem(
        "PRIVATE KEY",
        integer(),
        sequence(oids.dsa, sequence(...[p, q, g].map((number) => integer(number)))),
        octets(integer(x)),
      );
    }
    case "ssh-ed25519": {
      const point = from.bytes();
      const both = from.bytes();
      const seed = both.subarray(0, 32);
      requireEqual(both, Buffer.concat([seed, point]));
      requireEqual(publicBlob, wire(type, point));
      return ofPem("PRIVATE KEY", integer(), sequence(oids.ed25519), octets(octets(seed)));
    }
    case "ecdsa-sha2-nistp256":
      requireEqual(publicBlob, wire(type, from.bytes(), from.bytes()));
      return readEcdsa(from, oids.p256, 32);
    case "ecdsa-sha2-nistp384":
      requireEqual(publicBlob, wire(type, from.bytes(), from.bytes()));
      return readEcdsa(from, oids.p384, 48);
    case "ecdsa-sha2-nistp521":
      requireEqual(publicBlob, wire(type, from.bytes(), from.bytes()));
      return readEcdsa(from, oids.p521, 66);
    default:
      throw new Error("it is of another kind");
  }
}

function readRsa(from: WireReader): KeyObject {
  const next = () => from.number(largest.rsa);
  const [n, e, d, qi, p, q] = [next(), next(), next(), next(), next(), next()];
  const [dp, dq] = [p, q].map((prime) => bytesOf(numberOf(d) % (numberOf(prime) - 1n)));
  return ofPem("RSA PRIVATE KEY", integer(), ...[n, e, d, p, q, dp, dq, qi].map((number) => integer(number)));
}

function readEcdsa(from: WireReader, curve: Buffer, bytes: number): KeyObject {
  const d = from.number(bytes * 8);
  const whole = octets(Buffer.concat([Buffer.alloc(bytes - d.length), d]));
  return ofPem("EC PRIVATE KEY", integer(Buffer.from([1])), whole, writeDer(derTag.context0, curve));
}

/** Object identifiers, in DER. */
const oids = {
  p256: Buffer.from("06082a8648ce3d030107", "hex"),
  p384: Buffer.from("06052b81040022", "hex"),
  p521: Buffer.from("06052b81040023", "hex"),
  ed25519: Buffer.from("06032b6570", "hex"),
  dsa: Buffer.from("06072a8648ce380401", "hex"),
};

/** @returns a number that isn't negative, in DER; 0 unless given */
const integer = (magnitude: Buffer = Buffer.alloc(1)): Buffer => {
  const number = positive(magnitude);
  return writeDer(derTag.integer, number.length === 0 ? Buffer.alloc(1) : number);
};

const octets = (content: Buffer): Buffer => writeDer(derTag.octetString, content);
const sequence = (...parts: readonly Buffer[]): Buffer => writeDer(derTag.sequence, Buffer.concat(parts));

function ofPem(label: string, ...parts: readonly Buffer[]): KeyObject {
  const base64 = sequence(...parts).toString("base64");
  return createPrivateKey(`-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`);
}

/** The public half stands in it two or three times. */
function requireEqual(publicHalf: Buffer, again: Buffer): void {
  if (!publicHalf.equals(again)) throw new Error("its halves don't belong together");
}

const numberOf = (magnitude: Buffer): bigint => BigInt(`0x0${magnitude.toString("hex")}`);

function bytesOf(number: bigint): Buffer {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}
