import { createPrivateKey, type KeyObject } from "node:crypto";
import { derTag, writeDer } from "./der";
import { positive, type WireReader, wireReader } from "./ssh-wire";

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
  const key = readKey(inner.text(), inner);
  inner.bytes();
  // Filled up with 1, 2, 3 …
  if (inner.rest().some((byte, index) => byte !== (index + 1) % 256)) throw new Error("it is damaged");
  return { key, publicBlob };
}

function readKey(type: string, from: WireReader): KeyObject {
  switch (type) {
    case "ssh-rsa":
      return readRsa(from);
    case "ssh-dss":
      return readDsa(from);
    case "ssh-ed25519": {
      const x = from.bytes();
      const seed = from.bytes().subarray(0, 32);
      return ofJwk({ kty: "OKP", crv: "Ed25519", x: encoded(x), d: encoded(seed) });
    }
    case "ecdsa-sha2-nistp256":
      return readEcdsa(from, "P-256", 32);
    case "ecdsa-sha2-nistp384":
      return readEcdsa(from, "P-384", 48);
    case "ecdsa-sha2-nistp521":
      return readEcdsa(from, "P-521", 66);
    default:
      throw new Error("it is of another kind");
  }
}

function readRsa(from: WireReader): KeyObject {
  const next = () => from.number(largest.rsa);
  const [n, e, d, qi, p, q] = [next(), next(), next(), next(), next(), next()];
  const [dp, dq] = [p, q].map((prime) => bytesOf(numberOf(d) % (numberOf(prime) - 1n)));
  const parts = Object.entries({ n, e, d, p, q, dp, dq, qi }).map(([name, part]) => [name, encoded(part ?? Buffer.alloc(0))]);
  return ofJwk({ kty: "RSA", ...Object.fromEntries(parts) });
}

function readEcdsa(from: WireReader, crv: string, bytes: number): KeyObject {
  from.bytes();
  const point = from.bytes();
  if (point[0] !== 4 || point.length !== 1 + 2 * bytes) throw new Error("its point isn't in the usual form");
  const d = from.number(bytes * 8);
  const whole = Buffer.concat([Buffer.alloc(bytes - d.length), d]);
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)];
  return ofJwk({ kty: "EC", crv, x: encoded(x), y: encoded(y), d: encoded(whole) });
}

/** There is no JWK for these: they are written as OpenSSL writes them. */
function readDsa(from: WireReader): KeyObject {
  const next = () => writeDer(derTag.integer, positive(from.number(largest.dsa)));
  const version = writeDer(derTag.integer, Buffer.alloc(1));
  const numbers = [next(), next(), next(), next(), next()];
  const der = writeDer(derTag.sequence, Buffer.concat([version, ...numbers])).toString("base64");
  return createPrivateKey(`-----BEGIN DSA PRIVATE KEY-----\n${der}\n-----END DSA PRIVATE KEY-----\n`);
}

const encoded = (part: Buffer): string => part.toString("base64url");
const numberOf = (magnitude: Buffer): bigint => BigInt(`0x0${magnitude.toString("hex")}`);

function bytesOf(number: bigint): Buffer {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}

const ofJwk = (jwk: Record<string, string>): KeyObject => createPrivateKey({ key: jwk, format: "jwk" });
