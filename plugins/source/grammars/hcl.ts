import { simpleMode } from "@codemirror/legacy-modes/mode/simple-mode";

/** HashiCorp's configuration language (Terraform, Nomad, Packer). */
export const hcl = simpleMode({
  start: [
    { regex: /(?:#|\/\/).*/, token: "comment" },
    { regex: /\/\*/, token: "comment", next: "comment" },
    { regex: /"(?:[^"\\]|\\.)*"/, token: "string" },
    { regex: /<<[-~]?\w+/, token: "string" },
    { regex: /(?:true|false|null)\b/, token: "atom" },
    {
      regex:
        /(?:resource|data|provider|variable|output|module|locals|terraform|moved|import|check|for|in|if|dynamic)\b(?!\s*=)/,
      token: "keyword",
    },
    { regex: /\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/, token: "number" },
    { regex: /[a-zA-Z_][\w-]*(?=\()/, token: "builtin" },
    { regex: /[a-zA-Z_][\w-]*(?=\s{0,64}=(?!=))/, token: "attribute" },
    { regex: /[a-zA-Z_][\w-]*/, token: "variable" },
    { regex: /[()[\]{},.:]/, token: "punctuation" },
    { regex: /[-+*/%=<>!&|?]/, token: "operator" },
    { regex: /\s+/, token: null },
  ],
  comment: [
    { regex: /(?:[^*]|\*(?!\/))*\*\//, token: "comment", next: "start" },
    { regex: /.+/, token: "comment" },
  ],
});
