import { simpleMode } from "@codemirror/legacy-modes/mode/simple-mode";

/** YAML, line by line. (CodeMirror's own grammar takes cubic time on white space.) */
export const yaml = simpleMode({
  start: [
    { regex: /#.*/, token: "comment" },
    { regex: /%[A-Z].*/, token: "meta", sol: true },
    { regex: /(?:---|\.\.\.)(?=\s|$)/, token: "meta", sol: true },
    { regex: /-(?=\s|$)/, token: "punctuation" },
    { regex: /"(?:[^"\\]|\\.)*"(?=:(?:\s|$))/, token: "tag" },
    { regex: /'(?:[^']|'')*'(?=:(?:\s|$))/, token: "tag" },
    { regex: /"(?:[^"\\]|\\.)*"/, token: "string" },
    { regex: /'(?:[^']|'')*'/, token: "string" },
    { regex: /"(?:[^"\\]|\\.)*$/, token: "string", next: "double" },
    { regex: /'(?:[^']|'')*$/, token: "string", next: "single" },
    { regex: /[&*][\w.-]+/, token: "variable" },
    { regex: /![\w!/:.-]*/, token: "type" },
    { regex: /[|>][+\-0-9]*(?=\s*(?:#.*)?$)/, token: "punctuation" },
    { regex: /<<(?=:)/, token: "keyword" },
    { regex: /[\w$./@-](?:[^\s:,#[\]{}]|:(?=\S))*(?: [^\s:,#[\]{}]+){0,4}(?=:(?:\s|$))/, token: "tag" },
    { regex: /(?:true|false|null|yes|no|on|off|~)(?=[\s,\]}]|$)/i, token: "atom" },
    { regex: /[-+]?\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?(?=[\s,\]}]|$)/i, token: "number" },
    { regex: /[-?:,[\]{}]/, token: "punctuation" },
    { regex: /\s+/, token: null },
    { regex: /[^\s,[\]{}:]+/, token: null },
  ],
  double: [
    { regex: /(?:[^"\\]|\\.)*"/, token: "string", next: "start" },
    { regex: /.+/, token: "string" },
  ],
  single: [
    { regex: /(?:[^']|'')*'(?!')/, token: "string", next: "start" },
    { regex: /.+/, token: "string" },
  ],
});
