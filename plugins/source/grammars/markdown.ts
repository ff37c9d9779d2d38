import { simpleMode } from "@codemirror/legacy-modes/mode/simple-mode";

/** Markdown's line structure and simple inline marks. Code blocks are shown as one literal. */
export const markdown = simpleMode({
  start: [
    { regex: /```.*/, token: "string", sol: true, next: "fence" },
    { regex: /~~~.*/, token: "string", sol: true, next: "tildes" },
    { regex: /#{1,6}\s.*/, token: "header", sol: true },
    { regex: /\s*(?:[-*+]|\d{1,9}[.)])(?=\s)/, token: "keyword", sol: true },
    { regex: /\s{0,3}>/, token: "comment", sol: true },
    { regex: /`[^`]+`/, token: "string" },
    { regex: /\*\*[^*\s][^*]{0,200}\*\*/, token: "strong" },
    { regex: /\*[^*\s][^*]{0,200}\*/, token: "emphasis" },
    { regex: /\[[^\][]{1,200}\](?=[([])/, token: "tag" },
    { regex: /<!--.*?-->/, token: "comment" },
    { regex: /[^`*[<]+/, token: null },
  ],
  fence: [
    { regex: /```\s*$/, token: "string", sol: true, next: "start" },
    { regex: /.+/, token: "string" },
  ],
  tildes: [
    { regex: /~~~\s*$/, token: "string", sol: true, next: "start" },
    { regex: /.+/, token: "string" },
  ],
});
