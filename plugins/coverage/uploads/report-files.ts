import { z } from "zod";

/** Bytes of a path: as long as one may be. */
const maxPathBytes = 4_096;
/** As many as a commit has at most unless settings say otherwise. */
const maxFiles = 200_000;

/**
 * What a report has of each file, as it was sent. Reporters write one path in several ways: a `./` in front goes, and one `/`. Of two paths
 * that are equal then, the later counts.
 */
export const reportFiles = z
  .record(z.string(), z.string())
  .meta({ example: { "app/a.rb": "ADMeMTIVGwA=" } })
  .transform((data, context) => {
    const files = new Map<string, string>();
    for (const [sent, value] of Object.entries(data)) {
      const path = plainPath(sent);
      const mistake = mistakeIn(path);
      if (mistake !== null) {
        context.addIssue({ code: "custom", message: mistake, path: [sent.slice(0, 100)] });
        return z.NEVER;
      }
      files.set(path, value);
    }
    if (files.size > maxFiles) {
      context.addIssue({ code: "custom", message: `has ${files.size} files; at most ${maxFiles} are taken` });
      return z.NEVER;
    }
    return files;
  });

export type ReportFiles = ReadonlyMap<string, string>;

function plainPath(sent: string): string {
  const relative = sent.startsWith("./") ? sent.slice(2) : sent;
  return relative.startsWith("/") ? relative.slice(1) : relative;
}

function mistakeIn(path: string): string | null {
  if (path.trim() === "") return "a path mustn't be blank";
  if (path.includes("\0") || !path.isWellFormed()) return "a path has U+0000 or half of a surrogate pair";
  return Buffer.byteLength(path) > maxPathBytes ? `a path has more than ${maxPathBytes} bytes` : null;
}
