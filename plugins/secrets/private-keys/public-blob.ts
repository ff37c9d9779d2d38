import type { KeyObject } from "node:crypto";
import { derTag, readDer } from "./der";
import { positive, wire } from "./ssh-wire";

const curves: Readonly<Record<string, { readonly ssh: string; readonly bytes: number }>> = {
  prime256v1: { ssh: "nistp256", bytes: 32 },
  secp384r1: { ssh: "nistp384", bytes: 48 },
  secp521r1: { ssh: "nistp521", bytes: 66 },
};

/**
 * @param key a public key
 * @returns it as SSH has it on the wire (RFC 4253, 5656 and 8709), which fingerprints are made of
 * @throws Error for a kind of key that SSH doesn't know
 */
export function publicBlob(key: KeyObject): Buffer {
  switch (key.asymmetricKeyType) {
    case "rsa": {
      const { n, e } = key.export({ format: "jwk" });
      return wire("ssh-rsa", positive(decoded(e)), positive(decoded(n)));
    }
    case "ec": {
      const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ""];
      if (!curve) throw new Error("SSH doesn't know this curve");
      const { x, y } = key.export({ format: "jwk" });
      const point = [x, y].map((coordinate) => padded(decoded(coordinate), curve.bytes));
      return wire(`ecdsa-sha2-${curve.ssh}`, curve.ssh, Buffer.concat([Buffer.from([4]), ...point]));
    }
    case "ed25519":
      return wire("ssh-ed25519", decoded(key.export({ format: "jwk" }).x));
    case "dsa":
      return wire("ssh-dss", ...dsaNumbers(key.export({ format: "der", type: "spki" })));
    default:
      throw new Error("SSH doesn't know this kind of key");
  }
}

/** @returns p, q, g and y of `SEQUENCE { SEQUENCE { OID, SEQUENCE { p, q, g } }, BIT STRING { y } }` */
function dsaNumbers(spki: Buffer): Buffer[] {
  const inside = (data: Buffer | undefined, tag: number) =>
    readDer(data ?? Buffer.alloc(0))
      .filter((value) => value.tag === tag)
      .map(({ content }) => content);
  const [whole] = inside(spki, derTag.sequence);
  const [algorithm] = inside(whole, derTag.sequence);
  const [parameters] = inside(algorithm, derTag.sequence);
  const [bits] = inside(whole, derTag.bitString);
  const numbers = [...inside(parameters, derTag.integer), ...inside(bits?.subarray(1), derTag.integer)];
  if (numbers.length !== 4) throw new Error("this DSA key lacks its parameters");
  return numbers;
}

function decoded(base64url: string | undefined): Buffer {
  if (base64url === undefined) throw new Error("the key lacks a part");
  return Buffer.from(base64url, "base64url");
}

const padded = (number: Buffer, length: number): Buffer =>
  Buffer.concat([Buffer.alloc(Math.max(0, length - number.length)), number]);
