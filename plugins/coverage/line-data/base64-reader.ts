import { InvalidLineData } from "./line-kind";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const padding = 0x3d;
const notInAlphabet = 64;

/** Byte -> what the digit is worth. */
const digits = new Uint8Array(256).fill(notInAlphabet);
for (let value = 0; value < alphabet.length; value++) digits[alphabet.charCodeAt(value)] = value;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Takes Base64 piece by piece. */
export interface Base64Reader {
  /** Writes what a piece stands for over it. @returns how many bytes that is. @throws InvalidLineData */
  decode(piece: Uint8Array): number;
  /** To be called after the last piece. @throws InvalidLineData when something is missing other than padding */
  end(): void;
}

/**
 * Reads standard Base64 (RFC 4648, section 4). White space counts for nothing, and padding may be missing, but nothing else may stand
 * there: neither the URL alphabet's digits, nor padding that is too long or has something after it.
 */
export function createBase64Reader(): Base64Reader {
  let bits = 0;
  let inGroup = 0;
  let padded = 0;
  let before = 0;

  return {
    decode(piece) {
      let length = 0;
      let at = 0;
      while (at < piece.length) {
        // Four digits at once, where nothing else is between.
        while (inGroup === 0 && padded === 0 && at + 4 <= piece.length) {
          const a = digits[piece[at] ?? 0] ?? 0;
          const b = digits[piece[at + 1] ?? 0] ?? 0;
          const c = digits[piece[at + 2] ?? 0] ?? 0;
          const d = digits[piece[at + 3] ?? 0] ?? 0;
          if ((a | b | c | d) >= notInAlphabet) break;
          piece[length] = (a << 2) | (b >> 4);
          piece[length + 1] = ((b & 15) << 4) | (c >> 2);
          piece[length + 2] = ((c & 3) << 6) | d;
          length += 3;
          at += 4;
        }
        if (at === piece.length) break;
        const byte = piece[at++] ?? 0;
        const digit = digits[byte] ?? notInAlphabet;
        if (digit !== notInAlphabet && padded === 0) {
          bits = ((bits << 6) | digit) & 0xffffff;
          inGroup = (inGroup + 1) & 3;
          // A digit completes a byte, except a group's first, and has bits of the next: 4 after the second, 2 after the third.
          if (inGroup !== 1) piece[length++] = bits >> (((4 - inGroup) & 3) * 2);
        } else if (byte === padding && inGroup > 1 && inGroup + padded < 4) padded++;
        else if (!isSpace(byte)) throw new InvalidLineData(`character ${before + at} isn't one that Base64 has there`);
      }
      before += piece.length;
      return length;
    },
    end() {
      if (inGroup === 1) throw new InvalidLineData("the Base64 ends in the middle of a byte");
    },
  };
}
