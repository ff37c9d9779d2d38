import type { Language } from "./grammar";

/** A token's place, as far as its class depends on it. */
export interface TokenPlace {
  readonly language: Language;
  /** The token's text. */
  readonly text: string;
  /** The word before it on its line, or an empty string. */
  readonly previous: string;
}

/**
 * Names a token in Pygments' short classes, which the Web UI's style sheet knows.
 *
 * @param style the style the grammar gives: CodeMirror's names, separated by spaces or dots, or `null`
 * @param place what the token is and where it stands
 * @returns the class (`k`, `nf`, `s2`, …), or `null` for text that needs none
 */
export function tokenClass(style: string | null, place: TokenPlace): string | null {
  if (style === null) return /^[()[\]{},;.:]+$/.test(place.text) ? "p" : null;
  const parts = style.split(/[ .]/);
  if (parts.some((part) => names.has(part)) && declaresType.test(place.previous)) return "nc";
  if (parts.includes("variable") && declaresFunction.test(place.previous)) return "nf";
  if (parts.includes("number") && place.text === ".") return "p";
  for (const part of parts) {
    const own = byLanguage[place.language]?.[part];
    if (own !== undefined) return own;
  }
  if (parts.includes("property") && place.language === "json") return "nt";
  if (parts.includes("string")) return stringClass(parts, place.text);
  for (const part of parts) {
    if (part === "comment") return commentClass(place.text);
    if (part === "def") return defClass(place);
    const common = byStyle[part];
    if (common !== undefined) return common;
  }
  return null;
}

const names: ReadonlySet<string> = new Set(["def", "tag", "type", "variable", "variableName"]);
const declaresType = /^(?:class|module|interface|struct|enum|trait|protocol|defmodule)$/;
const declaresFunction = /^(?:def|function|fn|func|fun|sub)$/;

const byStyle: Readonly<Record<string, string>> = {
  keyword: "k",
  controlKeyword: "k",
  modifier: "k",
  variable: "n",
  variableName: "n",
  propertyName: "n",
  property: "n",
  atom: "kc",
  symbol: "ss",
  number: "m",
  unit: "kt",
  operator: "o",
  punctuation: "p",
  bracket: "p",
  angleBracket: "p",
  brace: "p",
  builtin: "nb",
  type: "kt",
  tag: "nt",
  attribute: "na",
  meta: "cp",
  macroName: "cp",
  qualifier: "nc",
  pseudo: "nd",
  header: "gh",
  strong: "gs",
  emphasis: "ge",
  inserted: "gi",
  deleted: "gd",
};

const tagsAreConstants = { tag: "no" };
const propertiesAreKeywords = { property: "k" };

/** Where a grammar uses a style for something of its own. */
const byLanguage: Readonly<Partial<Record<Language, Readonly<Record<string, string>>>>> = {
  ruby: { ...tagsAreConstants, atom: "ss", propertyName: "vi" },
  crystal: { ...tagsAreConstants, atom: "ss", propertyName: "vi" },
  erlang: { atom: "ss" },
  clojure: { atom: "ss" },
  elixir: { type: "no" },
  php: { special: "nv" },
  makefile: { special: "nv" },
  graphql: { special: "nv" },
  perl: { variable: "nv", variableName: "nv" },
  shell: { def: "nv" },
  powershell: { variable: "nv", variableName: "nv" },
  css: propertiesAreKeywords,
  scss: propertiesAreKeywords,
  less: propertiesAreKeywords,
  ini: { def: "na" },
  toml: { property: "na" },
};

/** Pygments tells regular expressions and the two quotes apart. */
function stringClass(parts: readonly string[], text: string): string {
  if (parts.includes("special") && text.startsWith("/")) return "sr";
  if (text.startsWith("'")) return "s1";
  return text.startsWith('"') ? "s2" : "s";
}

/** Comments that end with their line, and those that may go on: only the mark at the start tells. */
function commentClass(text: string): string {
  return /^\s*(?:#|\/\/|--|;|%)/.test(text) ? "c1" : "cm";
}

/** JavaScript's grammar calls every new name a definition, constants and parameters too. */
function defClass(place: TokenPlace): string {
  const anyName = place.language === "javascript" || place.language === "typescript" || place.language === "coffeescript";
  return anyName && !declaresFunction.test(place.previous) ? "nx" : "nf";
}
