import type { Language } from "./grammar";
import { byExtension, byFileName, byInterpreter, byMode, byOpening } from "./language-names";

/**
 * Tells a file's language from its name or, for a name that says nothing, from how its text begins: a `#!` line, a mode line of Emacs or
 * Vim, or what only one language begins with.
 *
 * @param path the file's path; only its last segment counts
 * @param firstLine the file's first line
 * @returns the language, or `null` when none is known
 */
export function detectLanguage(path: string, firstLine = ""): Language | null {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const dot = name.lastIndexOf(".");
  const extension = dot < 0 ? "" : name.slice(dot + 1);
  // `Dockerfile.web` and `Makefile.am` are named by what comes before the dot.
  const stem = dot > 0 ? name.slice(0, dot) : "";
  return byFileName[name] ?? byExtension[extension] ?? byFileName[stem] ?? fromFirstLine(firstLine.slice(0, 256));
}

function fromFirstLine(line: string): Language | null {
  const opening = byOpening.find(([begins]) => begins.test(line));
  return fromInterpreter(line) ?? fromMode(line) ?? opening?.[1] ?? null;
}

/** `-*- mode: ruby -*-`, `-*- python -*-`, `vim: set ft=ruby :`. Modes are called as languages, interpreters or extensions are. */
function fromMode(line: string): Language | null {
  const [, emacs, vim] =
    /-\*-\s*(?:.*?\bmode:\s*)?([\w+#-]+)[\s;].*?-\*-|\b(?:vim?|ex):.*?\b(?:ft|filetype|syntax)=(\w+)/i.exec(line) ?? [];
  const mode = (emacs ?? vim ?? "").toLowerCase();
  return byInterpreter[mode] ?? byExtension[mode] ?? byMode[mode] ?? null;
}

function fromInterpreter(line: string): Language | null {
  if (!line.startsWith("#!")) return null;
  const words = line.slice(2).trim().split(/\s+/);
  const programs = words.map((word) => word.slice(word.lastIndexOf("/") + 1));
  const program =
    programs[0] === "env" ? programs.slice(1).find((word) => !word.startsWith("-") && !word.includes("=")) : programs[0];
  return byInterpreter[(program ?? "").toLowerCase().replace(/[\d.]+$/, "")] ?? null;
}
