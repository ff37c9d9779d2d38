import { z } from "zod";
import { issueKinds } from "./kinds";

/** An issue as a plugin reports it, under the names of the wire, brought into the bounds of what is stored. */
export type ArrivingIssue = z.output<typeof arrivingIssue>;

/** Characters (code points) of a `uid`, and of the name of who reports. */
export const maxNameLength = 512;

/** Bytes of a `file`: as long as a path may be. */
const maxFileBytes = 4_096;

/** Characters of a `message`. A Worker can't mend a refused report, so a longer one is cut. */
const maxMessageLength = 16_384;

const maxInteger = 2 ** 31 - 1;

/** @returns whether a text has at most so many characters (code points) */
export const isWithin = (text: string, characters: number): boolean =>
  text.length <= characters || (text.length <= 2 * characters && Array.from(text).length <= characters);

function cut(text: string): string {
  if (text.length <= maxMessageLength) return text;
  const start = Array.from(text.slice(0, 2 * maxMessageLength));
  return start.slice(0, maxMessageLength).join("");
}

/** Any whole number, as near to it as PostgreSQL's `integer` comes. Whether the file has that line shows when it is looked at. */
const line = z
  .number()
  .refine(Number.isInteger, "must be a whole number")
  .transform((number) => Math.max(-maxInteger - 1, Math.min(maxInteger, number)))
  .meta({ type: "integer" })
  .default(0);

const arrivingIssue = z
  .object({
    uid: z
      .string()
      .regex(/\S/, "must not be blank")
      .refine((text) => isWithin(text, maxNameLength), `has more than ${maxNameLength} characters`)
      .meta({
        description: "What the plugin knows the issue by, in every commit that has it",
        maxLength: maxNameLength,
        example: "5d13e5c1f1d4a3c2b6a7f7b0c9d8e7f6a5b4c3d2",
      }),
    kind: z.enum(issueKinds).meta({ example: "bug" }),
    file: z
      .string()
      .refine((text) => Buffer.byteLength(text) <= maxFileBytes, `has more than ${maxFileBytes} bytes`)
      .meta({
        description: `Path relative to the repository's root, of at most ${maxFileBytes} bytes`,
        example: "app/foo.rb",
      }),
    line_start: line.meta({ example: 4 }),
    line_end: line.meta({ description: "As `line_start` when it is below that", example: 4 }),
    message: z
      .string()
      .transform(cut)
      .meta({ description: `Cut after ${maxMessageLength} characters`, example: "Something is off" }),
  })
  .transform((issue) => ({ ...issue, line_end: Math.max(issue.line_start, issue.line_end) }));

/**
 * The issues of one report. Null is an empty list; keys beyond the declared ones are left out. The first item that isn't an issue ends
 * the reading: a report has room for millions, and telling of each would take more memory than the platform has.
 */
export const arrivingIssues = z
  .array(z.unknown().meta({ ...z.toJSONSchema(arrivingIssue, { io: "input" }), $schema: undefined }))
  .nullish()
  .transform((items, context): ArrivingIssue[] => {
    const issues: ArrivingIssue[] = [];
    for (const [index, item] of (items ?? []).entries()) {
      const result = arrivingIssue.safeParse(item);
      if (!result.success) {
        for (const { path, message } of result.error.issues)
          context.addIssue({ code: "custom", path: [index, ...path], message });
        return z.NEVER;
      }
      issues.push(result.data);
    }
    return issues;
  });
