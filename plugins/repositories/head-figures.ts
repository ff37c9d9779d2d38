import { z } from "zod";
import type { Queryable } from "../../core";

/** A number that a repository shows of the commit at which its default branch stands. */
export interface HeadFigure {
  readonly key: `${string}_count`;
  /** With a description and an example, for the documentation. */
  readonly schema: z.ZodType<number, number>;
  /** @returns undefined when there is none */
  of(q: Queryable, commitId: number): Promise<number | undefined>;
}

/** @returns the schemas of figures by their keys; each may be absent */
export const headFigureShape = (figures: readonly HeadFigure[]): Record<string, z.ZodOptional<HeadFigure["schema"]>> =>
  Object.fromEntries(figures.map(({ key, schema }) => [key, z.optional(schema)]));

/** @returns those figures that a commit has, in one statement for each plugin that has one */
export async function headFigures(
  q: Queryable,
  commitId: number,
  figures: readonly HeadFigure[],
): Promise<Readonly<Record<string, number>>> {
  const counted = figures.map(async ({ key, of }) => [key, await of(q, commitId)] as const);
  const known = (await Promise.all(counted)).flatMap(([key, figure]) => (figure === undefined ? [] : [[key, figure] as const]));
  return Object.fromEntries(known);
}
