import { InvalidLineData } from "./line-kind";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const padding = 0x3d;
const notInAlphabet = 64;

/** Byte -> what the digit is worth. */
const digits = new Uint8Array(256).fill(notInAlphabet);
for (let value = 0; value < alphabet.length; value++) digits[alphabet.charCodeAt(value)] = value;

const spareBits = [0, 6, 4, 2] as const;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Takes Base64 byte by byte. */
export interface Base64Reader {
  /** @throws InvalidLineData */
  take(byte: number): void;
  /** To be called after the last byte. @throws InvalidLineData when something is missing other than padding */
  end(): void;
}

/**
 * Reads standard Base64 (RFC 4648, section 4). White space counts for nothing, and padding may be missing, but nothing else may stand
 * there: neither the URL alphabet's digits, nor padding that is too long or has something after it.
 */
export function createBase64Reader(onByte: (byte: number) => void): Base64Reader {
  let bits = 0;
  let inGroup: 0 | 1 | 2 | 3 = 0;
  let padded = 0;
  let position = 0;

  return {
    take(byte) {
      position++;
      const digit = digits[byte] ?? notInAlphabet;
      if (digit !== notInAlphabet && padded === 0) {
        bits = ((bits << 6) | digit) & 0xffffff;
        inGroup = inGroup === 3 ? 0 : ((inGroup + 1) as 1 | 2 | 3);
        // The bits of a digit that don't belong to a byte yet: 4 after the second, 2 after the third, none after the fourth.
        if (inGroup !== 1) onByte((bits >> spareBits[inGroup]) & 0xff);
        return;
      }
      if (isSpace(byte)) return;
      if (byte === padding && inGroup > 1 && inGroup + padded < 4) padded++;
      else throw new InvalidLineData(`character ${position} isn't one that Base64 has there`);
    },
    end() {
      if (inGroup === 1) throw new InvalidLineData("the Base64 ends in the middle of a byte");
    },
  };
}
