import { simpleMode } from "@codemirror/legacy-modes/mode/simple-mode";

/** Makefiles: targets, assignments and variable references; recipes are plain but for their variables. */
export const makefile = simpleMode({
  start: [
    { regex: /#.*/, token: "comment" },
    {
      regex: /(?:-?include|sinclude|ifn?eq|ifn?def|else|endif|define|endef|export|unexport|override|vpath)\b/,
      token: "keyword",
      sol: true,
    },
    { regex: /[\w.-]+(?=\s{0,64}(?:[:?+!]|::)?=)/, token: "variableName.special", sol: true },
    { regex: /[^\s:=#$]+(?=\s{0,64}::?(?:[^=]|$))/, token: "def", sol: true },
    { regex: /\$[({][\w.%@<^+*?-]+[)}]?|\$[@<^+*?%]|\$\$\w*/, token: "variableName.special" },
    { regex: /"(?:[^"\\$]|\\.)*"|'[^']*'/, token: "string" },
    { regex: /[:?+!]?=|:/, token: "operator" },
    { regex: /\s+/, token: null },
    { regex: /[^\s:=#$"'?+!]+/, token: null },
  ],
});
