import type { Language } from "./grammar";
import { byExtension, byFileName, byInterpreter } from "./language-names";

/**
 * Tells a file's language from its name or, for a name that says nothing, from its `#!` line.
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
  return byFileName[name] ?? byExtension[extension] ?? byFileName[stem] ?? fromInterpreter(firstLine);
}

function fromInterpreter(line: string): Language | null {
  if (!line.startsWith("#!")) return null;
  const words = line.slice(2, 256).trim().split(/\s+/);
  const programs = words.map((word) => word.slice(word.lastIndexOf("/") + 1));
  const program =
    programs[0] === "env" ? programs.slice(1).find((word) => !word.startsWith("-") && !word.includes("=")) : programs[0];
  return byInterpreter[(program ?? "").toLowerCase().replace(/[\d.]+$/, "")] ?? null;
}
