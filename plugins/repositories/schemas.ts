import { z } from "zod";
import { paging } from "../../core";
import { type HeadFigure, headFigureShape } from "./head-figures";

const sha = z.string().meta({ example: "1a31e74545fa2223e5c1a0b79c8ea4cf817422d2" });

export const repositoryJson = z
  .object({
    id: z.int(),
    name: z.string().meta({ example: "api" }),
    description: z.string().nullable().meta({ example: "Core API" }),
    token: z.string().meta({ description: "What coverage uploads authenticate with", example: `crt_${"0".repeat(42)}` }),
    default_branch: z.string().meta({ example: "main" }),
    coverage: z
      .int()
      .nullable()
      .optional()
      .meta({ description: "Of the default branch; absent while it isn't known here", example: 94 }),
    issues: z
      .int()
      .nullable()
      .optional()
      .meta({ description: "Of the default branch; absent while it isn't known here", example: 0 }),
  })
  .meta({ id: "Repository" });

/** Keys of the Commit JSON before its statuses. */
const beforeStatuses = {
  id: z.int(),
  author_email: z.string().meta({ example: "ada@example.org" }),
  author_name: z.string().meta({ example: "Ada" }),
};

/** And after them. */
const afterStatuses = {
  sha,
  coverage_percent: z.int().nullable(),
  issues_count: z.int().nullable().meta({ description: "Active issues; null until first counted", example: 3 }),
  condensed_status: z.enum(["green", "yellow", "red"]),
  minimum_coverage: z.int().nullable(),
  message: z.string().meta({ example: "Fix it\n\nBody" }),
  created_at: z.string().meta({ description: "When the platform registered the commit", example: "2023-01-02T03:04:05.678Z" }),
  org_name: z.string().meta({ example: "acme" }),
  user: z
    .object({ name: z.string().meta({ example: "ada" }), avatar: z.string().nullable() })
    .optional()
    .meta({ description: "The platform's user whose verified address wrote it" }),
};

/** Schemas of answers that show statuses of commits; which there are is known once every plugin has been set up. */
export type CommitSchemas = ReturnType<typeof createCommitSchemas>;

/**
 * @param statuses gives the schemas of statuses by their keys; asked when the documentation is made
 * @param figures gives what is shown of the head besides; asked then as well
 */
export function createCommitSchemas(
  statuses: () => Readonly<Record<string, z.ZodType<string, string>>>,
  figures: () => readonly HeadFigure[],
) {
  const commitJson = z.lazy(() => z.object({ ...beforeStatuses, ...statuses(), ...afterStatuses }).meta({ id: "Commit" }));
  const branchJson = z
    .object({
      id: z.int(),
      name: z.string().meta({ example: "main" }),
      coverage: z.int().nullable(),
      issues: z.int().nullable(),
      condensed_status: z.enum(["green", "yellow", "red", "gray"]),
      head: commitJson.optional(),
    })
    .meta({ id: "Branch" });
  const repositoryWithHead = repositoryJson.extend({
    head: z
      .lazy(() => z.object({ ...statuses(), ...headFigureShape(figures()) }))
      .optional()
      .meta({ description: "Where the default branch stands" }),
  });
  return { commitJson, branchJson, repositoryWithHead };
}

export const repositoryList = z.object({ repositories: z.array(repositoryJson), paging });
export const repositorySearch = z.array(repositoryJson.pick({ name: true, description: true }));
export const branchList = z.object({ branches: z.array(z.string()).meta({ example: ["main", "develop"] }) });

const time = z.string().meta({ example: "2023-03-05T17:20:20.000Z" });

const organizationRepository = z
  .object({
    name: z.string().meta({ example: "api" }),
    description: z.string().nullable().meta({ example: "Core API" }),
    created_at: time,
    pushed_at: time.nullable(),
    status: z.enum(["present", "absent"]).meta({ description: "Whether it is registered here" }),
  })
  .meta({ id: "OrganizationRepository" });

export const organizationList = z.union([
  z.object({ status: z.literal("updating") }),
  z.object({
    status: z.literal("ok"),
    items: z.array(organizationRepository),
    total_pages: z.int().meta({ description: "0 when the list is empty", example: 2 }),
    current_page: z.int().meta({ example: 1 }),
    prev_page: z.string().optional(),
    next_page: z.string().optional().meta({ example: "https://cocov.example.org/v1/repositories/$org_repos?page=2" }),
    last_updated: time,
  }),
]);
