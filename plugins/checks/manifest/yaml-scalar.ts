/**
 * What a scalar stands for. Whole numbers are bigints, others (and those of absurd length) numbers, so that 90.0 can be told
 * from 90.
 */
export type YamlScalar = null | boolean | bigint | number | string;

const booleans = /^(?:(true|yes|on)|false|no|off)$/i;
const nothing = /^(?:~|null|Null|NULL)?$/;
const decimal = /^[-+]?[0-9][0-9_]{0,30}$/;
const prefixed = /^0(?:b[01]{1,64}|o[0-7]{1,22}|x[0-9a-fA-F]{1,16})$/;
const otherNumber = /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$/;
const notFinite = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/**
 * Types an unquoted scalar. As in YAML 1.1, yes, no, on and off are booleans and digits may be grouped with `_`; its rarer types
 * (dates, base-60 numbers, y and n) stay the text they look like, and a leading 0 isn't octal.
 */
export function plainScalar(text: string): YamlScalar {
  if (nothing.test(text)) return null;
  const boolean = booleans.exec(text);
  if (boolean) return boolean[1] !== undefined;
  if (decimal.test(text)) return BigInt(text.replaceAll("_", ""));
  if (prefixed.test(text)) return BigInt(text);
  if (otherNumber.test(text)) return Number(text.replaceAll("_", ""));
  if (notFinite.test(text)) return Number(text.replace(/\.inf/i, "Infinity"));
  return text;
}
