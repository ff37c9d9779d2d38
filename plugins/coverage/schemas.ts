import { z } from "zod";
import { type Repositories, repositoryJson } from "../repositories";
import { sourceLineJson } from "../source";
import { coverageStatuses } from "./status";

const status = z.enum(coverageStatuses).meta({ description: "`waiting`: nothing was uploaded", example: "completed" });

const listedFile = z
  .object({
    id: z.int().meta({ example: 5 }),
    file: z.string().meta({ example: "app/a.rb" }),
    percent_covered: z.int().meta({ example: 66 }),
  })
  .meta({ id: "CoverageFile" });

const place = ({ commitJson }: Pick<Repositories, "commitJson">) => ({ repository: repositoryJson, commit: commitJson });

export const coverageList = (repositories: Pick<Repositories, "commitJson">) =>
  z.object({
    ...place(repositories),
    status,
    files: z.array(listedFile).optional().meta({ description: "Those first that are covered least; only when `completed`" }),
  });

const figure = { description: "Only when `completed`" };

export const coverageSummary = (repositories: Pick<Repositories, "commitJson">) =>
  z.object({
    status,
    ...place(repositories),
    percent_covered: z
      .number()
      .optional()
      .meta({ description: "Not rounded; only when `completed`", example: 94.29347826086956 }),
    lines_total: z
      .int()
      .optional()
      .meta({ ...figure, example: 1104 }),
    lines_covered: z
      .int()
      .optional()
      .meta({ ...figure, example: 1041 }),
    least_covered: z.array(listedFile).optional().meta({ description: "Ten files at most; only when `completed`" }),
  });

export const fileView = z.object({
  file: z.object({
    base_path: z.string().meta({ description: "With `/` at its end; `./` for files at the root", example: "app/" }),
    name: z.string().meta({ example: "a.rb" }),
    source: z.array(sourceLineJson),
  }),
  coverage: z.object({
    lines_covered: z.int().meta({ example: 2 }),
    lines_total: z.int().meta({ example: 3 }),
    percent_covered: z.int().meta({ example: 66 }),
    blocks: z
      .array(
        z.object({
          kind: z.enum(["neutral", "ignored", "missed", "covered"]).meta({ example: "covered" }),
          start: z.int().meta({ example: 1 }),
          end: z.int().meta({ example: 2 }),
        }),
      )
      .meta({ description: "Lines in a row that are of one kind, 1-based and inclusive" }),
  }),
});
