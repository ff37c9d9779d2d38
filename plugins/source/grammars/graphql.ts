import { simpleMode } from "@codemirror/legacy-modes/mode/simple-mode";

/** GraphQL schemas and operations. */
export const graphql = simpleMode({
  start: [
    { regex: /#.*/, token: "comment" },
    { regex: /"""/, token: "string", next: "description" },
    { regex: /"(?:[^"\\]|\\.)*"/, token: "string" },
    {
      regex:
        /(?:query|mutation|subscription|fragment|on|schema|extend|scalar|type|interface|union|enum|input|implements|directive)\b(?!\s*:)/,
      token: "keyword",
    },
    { regex: /(?:true|false|null)\b/, token: "atom" },
    { regex: /@\w+/, token: "meta" },
    { regex: /\$\w+/, token: "variableName.special" },
    { regex: /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/, token: "number" },
    { regex: /[A-Z]\w*/, token: "type" },
    { regex: /\w+/, token: "variable" },
    { regex: /[()[\]{},:]/, token: "punctuation" },
    { regex: /[!=|&.]/, token: "operator" },
    { regex: /\s+/, token: null },
  ],
  description: [
    { regex: /(?:[^"]|"(?!""))*"""/, token: "string", next: "start" },
    { regex: /.+/, token: "string" },
  ],
});
