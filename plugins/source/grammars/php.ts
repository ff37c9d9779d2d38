import { simpleMode } from "@codemirror/legacy-modes/mode/simple-mode";

const keywords =
  "abstract|and|array|as|break|callable|case|catch|class|clone|const|continue|declare|default|do|echo|else|elseif|enddeclare|" +
  "endfor|endforeach|endif|endswitch|endwhile|enum|extends|final|finally|fn|for|foreach|function|global|goto|if|implements|" +
  "include|include_once|instanceof|insteadof|interface|match|namespace|new|or|print|private|protected|public|readonly|require|" +
  "require_once|return|static|switch|throw|trait|try|use|var|while|xor|yield|self|parent";

/** PHP inside HTML text: everything outside `<?php … ?>` is left plain. */
export const php = simpleMode({
  start: [
    { regex: /<\?(?:php\b|=)?/, token: "meta", next: "php" },
    { regex: /[^<]+/, token: null },
    { regex: /</, token: null },
  ],
  php: [
    { regex: /\?>/, token: "meta", next: "start" },
    { regex: /\/\*/, token: "comment", next: "comment" },
    { regex: /#(?=\[)/, token: "meta" },
    { regex: /(?:\/\/|#)(?:[^?]|\?(?!>))*/, token: "comment" },
    { regex: /'/, token: "string", next: "single" },
    { regex: /"/, token: "string", next: "double" },
    { regex: /\$\w+/, token: "variableName.special" },
    { regex: /(function)(\s+&?)(\w+)/, token: ["keyword", "", "def"] },
    { regex: /(?:true|false|null)\b/i, token: "atom" },
    { regex: new RegExp(`(?:${keywords})\\b`, "i"), token: "keyword" },
    { regex: /(?:int|float|string|bool|void|mixed|iterable|object|never)\b/, token: "type" },
    { regex: /(?:0[xX][\da-fA-F_]+|0[bB][01_]+|\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)/, token: "number" },
    { regex: /\w+/, token: "variable" },
    { regex: /[()[\]{},;]/, token: "punctuation" },
    { regex: /[-+*/%=<>!&|^~.?:@\\]/, token: "operator" },
    { regex: /\s+/, token: null },
  ],
  comment: [
    { regex: /(?:[^*]|\*(?!\/))*\*\//, token: "comment", next: "php" },
    { regex: /.+/, token: "comment" },
  ],
  single: [
    { regex: /(?:[^'\\]|\\.)*'/, token: "string", next: "php" },
    { regex: /.+/, token: "string" },
  ],
  double: [
    { regex: /(?:[^"\\]|\\.)*"/, token: "string", next: "php" },
    { regex: /.+/, token: "string" },
  ],
});
