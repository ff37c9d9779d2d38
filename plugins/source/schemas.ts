import { z } from "zod";

export const sourceLineJson = z
  .object({
    type: z.literal("line"),
    line: z.int().meta({ description: "1-based", example: 4 }),
    source: z.string().meta({
      description:
        "HTML: the escaped line with Pygments' short classes; a finer class stands before the more general one that it is a case of",
      example: '<pre>  <span class="k">def</span> <span class="nf">foo</span>\n</pre>',
    }),
  })
  .meta({ id: "SourceLine" });

const warningJson = z
  .object({
    type: z.literal("warn"),
    text: z.string().meta({ description: "The issue's message: text, not HTML", example: "Something is off" }),
    padding: z.string().meta({ description: "White space at the start of the line above", example: "  " }),
  })
  .meta({ id: "SourceWarning" });

export const affectedFileJson = z
  .object({
    status: z.enum(["ok", "not_downloaded", "errored"]).meta({
      description:
        "`not_downloaded`: the commit's files aren't in the storage. `errored`: this file isn't among them, or isn't readable text",
    }),
    content: z
      .array(z.discriminatedUnion("type", [sourceLineJson, warningJson]))
      .optional()
      .meta({
        description:
          "Two lines before to two lines after the issue, its message below its first line; only when `ok`. Lines end with `\\n`",
        example: [
          { type: "line", line: 4, source: '<pre>  <span class="k">def</span> <span class="nf">foo</span>\n</pre>' },
          { type: "warn", text: "Something is off", padding: "  " },
        ],
      }),
    truncated: z
      .literal(true)
      .optional()
      .meta({
        description:
          "There is more than `content` shows: an excerpt has at most 30 lines of 1,000 characters, and an answer at most 2 MiB of " +
          "lines, after which excerpts come without any",
      }),
  })
  .meta({ id: "AffectedFile" });
