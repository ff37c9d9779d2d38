import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { column } from "../../core";
import { levels } from "./level";

const { citext, id, int8, moment, timestamps } = column;

/** Repositories of the organization that are registered here. */
export const repositories = pgTable("repositories", {
  id: id(),
  name: citext("name").notNull().unique(),
  description: text("description"),
  defaultBranch: text("default_branch").notNull(),
  token: text("token").notNull().unique(),
  githubId: int8("github_id").notNull().unique(),
  issueIgnoreRulesCount: integer("issue_ignore_rules_count").notNull().default(0),
  cacheSize: int8("cache_size").notNull().default(0),
  commitsSize: int8("commits_size").notNull().default(0),
  unreachableSince: moment("unreachable_since"),
  transferredTo: text("transferred_to"),
  ownerSequence: int8("owner_sequence").notNull().default(0),
  nameSequence: int8("name_sequence").notNull().default(0),
  detailsSequence: int8("details_sequence").notNull().default(0),
  membersReadAt: moment("members_read_at"),
  membersWantedAt: moment("members_wanted_at"),
  ...timestamps(),
});

/** Who may see a repository, and how much they may do: a mirror of GitHub's permissions. */
export const repositoryMembers = pgTable("repository_members", {
  id: id(),
  repositoryId: int8("repository_id").notNull(),
  githubMemberId: int8("github_member_id").notNull(),
  level: text("level", { enum: levels }).notNull(),
  ...timestamps(),
});

/** How many repositories people are members of, as changes to add up, kept by triggers; of all there are for member 0. */
export const repositoryCountChanges = pgTable("repository_count_changes", {
  id: id(),
  githubMemberId: int8("github_member_id").notNull(),
  change: integer("change").notNull(),
});

/** When people's memberships were last read from GitHub, or taken away, and when they were last wanted to be. */
export const permissionReads = pgTable("permission_reads", {
  githubMemberId: int8("github_member_id").primaryKey(),
  readAt: moment("read_at"),
  wantedAt: moment("wanted_at"),
});

/** Commits that were pushed, or found at initialization. */
export const commits = pgTable("commits", {
  id: id(),
  repositoryId: int8("repository_id").notNull(),
  sha: citext("sha").notNull(),
  authorName: text("author_name").notNull(),
  authorEmail: text("author_email").notNull(),
  message: text("message").notNull(),
  userId: int8("user_id"),
  issuesCount: integer("issues_count"),
  coveragePercent: integer("coverage_percent"),
  minimumCoverage: integer("minimum_coverage"),
  cloneStatus: text("clone_status", { enum: ["queued", "in_progress", "completed", "errored"] }).notNull(),
  cloneSize: int8("clone_size"),
  fetchingSince: moment("fetching_since"),
  storedAt: moment("stored_at"),
  evictedAt: moment("evicted_at"),
  ...timestamps(),
});

/** Branches and the commit each stands at. */
export const branches = pgTable("branches", {
  id: id(),
  repositoryId: int8("repository_id").notNull(),
  name: text("name").notNull(),
  issues: integer("issues"),
  coverage: integer("coverage"),
  headId: int8("head_id"),
  headSequence: int8("head_sequence").notNull().default(0),
  headPushedAt: int8("head_pushed_at"),
  headBefore: text("head_before"),
  ...timestamps(),
});

/** Branches that were deleted within the last days, so that pushes which come late don't bring them back. */
export const deletedBranches = pgTable("deleted_branches", {
  id: id(),
  repositoryId: int8("repository_id").notNull(),
  name: text("name").notNull(),
  sequence: int8("sequence").notNull(),
  ...timestamps(),
});

/** What GitHub said last of an organization's repositories: when that was, and how many there are. */
export const organizationLists = pgTable("organization_lists", {
  id: id(),
  organization: citext("organization").notNull().unique(),
  fetchedAt: moment("fetched_at"),
  wantedAt: moment("wanted_at"),
  total: integer("total").notNull().default(0),
  ...timestamps(),
});

/** The repositories of such a list, registered here or not. `madeAt` and `pushedAt` are GitHub's times. */
export const organizationRepositories = pgTable("organization_repositories", {
  id: id(),
  listId: int8("list_id").notNull(),
  githubId: int8("github_id").notNull(),
  name: text("name").notNull(),
  description: text("description"),
  madeAt: moment("made_at").notNull(),
  pushedAt: moment("pushed_at"),
  ...timestamps(),
});
