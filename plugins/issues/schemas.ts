import { z } from "zod";
import { paging } from "../../core";
import { type Repositories, repositoryJson } from "../repositories";
import { affectedFileJson } from "../source";
import { issueKinds } from "./kinds";

export const ignoredJson = z.object({
  ignore_source: z.enum(["user", "rule"]).meta({
    description: "`user`: in this commit only. `rule`: in the whole repository",
  }),
  ignored_at: z.string().meta({ example: "2023-03-01T10:00:00.000Z" }),
  ignored_by: z
    .object({ name: z.string().meta({ example: "ada" }), avatar: z.string().nullable() })
    .meta({ description: "The user, or the rule's author; `ghost` when the account was deleted" }),
  reason: z.string().nullable().meta({ example: "False positive" }),
});

export const issueJson = z
  .object({
    id: z.int().meta({ example: 9 }),
    kind: z.enum(issueKinds).meta({ example: "bug" }),
    file: z.string().meta({ example: "app/foo.rb" }),
    uid: z.string().meta({ example: "5d13e5c1f1d4a3c2b6a7f7b0c9d8e7f6a5b4c3d2" }),
    line_start: z.int().meta({ example: 4 }),
    line_end: z.int().meta({ example: 4 }),
    message: z.string().meta({ example: "Something is off" }),
    check_source: z.string().meta({ description: "The plugin's normalised name", example: "cocov/rubocop" }),
    ignored: ignoredJson.optional().meta({ description: "Only for ignored issues" }),
    affected_file: affectedFileJson,
  })
  .meta({ id: "Issue" });

export const issueList = ({ commitJson }: Pick<Repositories, "commitJson">) =>
  z.object({
    repository: repositoryJson,
    commit: commitJson,
    issues: z.array(issueJson),
    paging: z.array(paging).length(1).meta({ description: "A list that holds exactly one paging block" }),
  });

export const countsBySource = z.record(z.string(), z.int()).meta({ example: { "cocov/eslint": 0, "cocov/rubocop": 3 } });

export const countsByCategory = z.object({
  style: z.int(),
  performance: z.int(),
  security: z.int(),
  bug: z.int(),
  complexity: z.int(),
  duplication: z.int(),
  convention: z.int(),
  quality: z.int(),
});

export const countsByState = z.object({ active: z.int().meta({ example: 3 }), ignored: z.int() });

export const topIssues = z.partialRecord(z.enum(issueKinds), z.int()).meta({ example: { style: 12, bug: 3 } });
