import { type FormReport, InvalidForm, maxNameBytes } from "./form-report";
import { createShortText } from "./short-text";

/**
 * Takes a URL-encoded form (https://url.spec.whatwg.org/#application/x-www-form-urlencoded) in pieces.
 * @throws InvalidForm when its percent-encoding is broken
 */
export function createUrlEncodedReader(form: FormReport): { take(bytes: Uint8Array): void; end(): void } {
  const name = createShortText(maxNameBytes);
  let isName = true;
  let isEmpty = true;
  /** Hexadecimal digits of a character that isn't complete. */
  let digits: string | null = null;
  const escaped = new Uint8Array(1);

  function pass(bytes: Uint8Array, start: number, end: number): void {
    if (end === start) return;
    isEmpty = false;
    if (isName) name.add(bytes, start, end);
    else form.fieldText(bytes, start, end);
  }

  function passOne(byte: number): void {
    escaped[0] = byte;
    pass(escaped, 0, 1);
  }

  function endName(): void {
    isName = false;
    form.beginField(name.bytes());
  }

  function endField(): void {
    if (digits !== null) throw new InvalidForm("The form has broken percent-encoding");
    if (isName && isEmpty) return;
    if (isName) endName();
    form.endField();
    isName = true;
    isEmpty = true;
    name.clear();
  }

  function takeDigit(so: string, byte: number): void {
    const code = so + String.fromCharCode(byte);
    if (!/^[0-9a-f]+$/i.test(code)) throw new InvalidForm("The form has broken percent-encoding");
    digits = code.length < 2 ? code : null;
    if (digits === null) passOne(Number.parseInt(code, 16));
  }

  return {
    take(bytes) {
      let start = 0;
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        const isMark = byte === 0x26 || byte === 0x25 || byte === 0x2b || (byte === 0x3d && isName);
        if (digits === null && !isMark) continue;
        pass(bytes, start, at);
        start = at + 1;
        if (digits !== null && byte !== 0x26) takeDigit(digits, byte);
        else if (byte === 0x26) endField();
        else if (byte === 0x25) digits = "";
        else if (byte === 0x2b) passOne(0x20);
        else {
          isEmpty = false;
          endName();
        }
      }
      pass(bytes, start, bytes.length);
    },
    end: endField,
  };
}
