import { z } from "zod";
import { issueKinds } from "./kinds";

/** An issue as a plugin reports it, under the names of the wire. */
export type ArrivingIssue = z.output<typeof arrivingIssue>;

/** Bytes of a `uid`: what an index entry of PostgreSQL has room for. */
const maxUidBytes = 2_000;

/** A line number: any whole number that PostgreSQL's `integer` holds. Whether the file has that line shows when it is looked at. */
const line = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31 - 1);

const uid = z
  .string()
  .regex(/\S/, "must not be blank")
  .refine(
    (text) => text.length * 3 <= maxUidBytes || Buffer.byteLength(text) <= maxUidBytes,
    `has more than ${maxUidBytes} bytes`,
  )
  .meta({
    description: "What the plugin knows the issue by, in every commit that has it",
    example: "5d13e5c1f1d4a3c2b6a7f7b0c9d8e7f6a5b4c3d2",
  });

const arrivingIssue = z.object({
  uid,
  kind: z.enum(issueKinds).meta({ example: "bug" }),
  file: z.string().meta({ description: "Path relative to the repository's root", example: "app/foo.rb" }),
  line_start: line.meta({ example: 4 }),
  line_end: line.meta({ example: 4 }),
  message: z.string().meta({ example: "Something is off" }),
});

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
