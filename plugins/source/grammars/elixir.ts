import { simpleMode } from "@codemirror/legacy-modes/mode/simple-mode";

const keywords =
  "after|alias|and|case|catch|cond|def|defp|defdelegate|defexception|defguard|defguardp|defimpl|defmacro|defmacrop|defmodule|" +
  "defoverridable|defprotocol|defstruct|do|else|end|fn|for|if|import|in|not|or|quote|raise|receive|require|rescue|super|throw|" +
  "try|unless|unquote|use|when|with";

/** Elixir, with heredocs over several lines; interpolation is shown as part of its string. */
export const elixir = simpleMode({
  start: [
    { regex: /#.*/, token: "comment" },
    { regex: /(?:~[a-zA-Z]+)?"""/, token: "string", next: "heredoc" },
    { regex: /(?:~[a-zA-Z])?"(?:[^"\\]|\\.)*"/, token: "string" },
    { regex: /"(?:[^"\\]|\\.)*$/, token: "string", next: "string" },
    { regex: /'(?:[^'\\]|\\.)*'/, token: "string" },
    { regex: /~r\/(?:[^/\\]|\\.)*\/[a-z]*/, token: "string.special" },
    { regex: /(defp?|defmacrop?|defguardp?|defdelegate)(\s+)([a-z_]\w*[?!]?)/, token: ["keyword", "", "def"] },
    { regex: /(?:true|false|nil)\b/, token: "atom" },
    { regex: /[a-z_]\w*[?!]?:(?=\s|$)/, token: "symbol" },
    { regex: /:(?:[a-zA-Z_][\w@]*[?!]?|"[^"]*")/, token: "symbol" },
    { regex: new RegExp(`(?:${keywords})\\b(?![?!])`), token: "keyword" },
    { regex: /@[a-z_]\w*/, token: "meta" },
    { regex: /[A-Z]\w*/, token: "type" },
    { regex: /0x[\da-fA-F]+|0b[01]+|0o[0-7]+|\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?/, token: "number" },
    { regex: /[a-z_]\w*[?!]?/, token: "variable" },
    { regex: /[()[\]{},;.]/, token: "punctuation" },
    { regex: /[-+*/=<>!&|^~\\:%?]/, token: "operator" },
    { regex: /\s+/, token: null },
  ],
  heredoc: [
    { regex: /\s*"""/, token: "string", next: "start" },
    { regex: /.+/, token: "string" },
  ],
  string: [
    { regex: /(?:[^"\\]|\\.)*"/, token: "string", next: "start" },
    { regex: /.+/, token: "string" },
  ],
});
