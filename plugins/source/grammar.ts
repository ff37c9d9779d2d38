import { c, cpp, csharp, dart, java, kotlin, objectiveC, scala } from "@codemirror/legacy-modes/mode/clike";
import { clojure } from "@codemirror/legacy-modes/mode/clojure";
import { cmake } from "@codemirror/legacy-modes/mode/cmake";
import { coffeeScript } from "@codemirror/legacy-modes/mode/coffeescript";
import { crystal } from "@codemirror/legacy-modes/mode/crystal";
import { css, less, sCSS } from "@codemirror/legacy-modes/mode/css";
import { diff } from "@codemirror/legacy-modes/mode/diff";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { elm } from "@codemirror/legacy-modes/mode/elm";
import { erlang } from "@codemirror/legacy-modes/mode/erlang";
import { go } from "@codemirror/legacy-modes/mode/go";
import { groovy } from "@codemirror/legacy-modes/mode/groovy";
import { haskell } from "@codemirror/legacy-modes/mode/haskell";
import { javascript, json, typescript } from "@codemirror/legacy-modes/mode/javascript";
import { julia } from "@codemirror/legacy-modes/mode/julia";
import { lua } from "@codemirror/legacy-modes/mode/lua";
import { fSharp, oCaml } from "@codemirror/legacy-modes/mode/mllike";
import { nginx } from "@codemirror/legacy-modes/mode/nginx";
import { perl } from "@codemirror/legacy-modes/mode/perl";
import { powerShell } from "@codemirror/legacy-modes/mode/powershell";
import { properties } from "@codemirror/legacy-modes/mode/properties";
import { protobuf } from "@codemirror/legacy-modes/mode/protobuf";
import { pug } from "@codemirror/legacy-modes/mode/pug";
import { python } from "@codemirror/legacy-modes/mode/python";
import { r } from "@codemirror/legacy-modes/mode/r";
import { ruby } from "@codemirror/legacy-modes/mode/ruby";
import { rust } from "@codemirror/legacy-modes/mode/rust";
import { sass } from "@codemirror/legacy-modes/mode/sass";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { standardSQL } from "@codemirror/legacy-modes/mode/sql";
import { swift } from "@codemirror/legacy-modes/mode/swift";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { html, xml } from "@codemirror/legacy-modes/mode/xml";
import type { StreamParser } from "@codemirror/streamparser";
import { elixir } from "./grammars/elixir";
import { graphql } from "./grammars/graphql";
import { hcl } from "./grammars/hcl";
import { makefile } from "./grammars/makefile";
import { markdown } from "./grammars/markdown";
import { php } from "./grammars/php";
import { yaml } from "./grammars/yaml";

const grammars = {
  c,
  clojure,
  cmake,
  coffeescript: coffeeScript,
  cpp,
  crystal,
  csharp,
  css,
  dart,
  diff,
  dockerfile: dockerFile,
  elixir,
  elm,
  erlang,
  fsharp: fSharp,
  go,
  graphql,
  groovy,
  haskell,
  hcl,
  html,
  ini: properties,
  java,
  javascript,
  json,
  julia,
  kotlin,
  less,
  lua,
  makefile,
  markdown,
  nginx,
  "objective-c": objectiveC,
  ocaml: oCaml,
  perl,
  php,
  powershell: powerShell,
  protobuf,
  pug,
  python,
  r,
  ruby,
  rust,
  sass,
  scala,
  scss: sCSS,
  shell,
  sql: standardSQL,
  swift,
  toml,
  typescript,
  xml,
  yaml,
} satisfies Record<string, StreamParser<unknown>>;

/** A language that can be highlighted. */
export type Language = keyof typeof grammars;

/**
 * The grammars are line-by-line tokenizers: unlike pattern sets that run over a whole file, they can be stopped at any token, so
 * that hostile input costs bounded time.
 *
 * @returns the language's tokenizer
 */
export function grammarOf(language: Language): StreamParser<unknown> {
  return grammars[language];
}
