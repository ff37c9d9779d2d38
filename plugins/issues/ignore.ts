import { type Database, type Events, notFound, type Transaction } from "../../core";
import { acted, holdCaller, type UserCaller } from "../auth";
import type { Checks } from "../checks";
import { type CommitRow, lockCommit, type Repositories, type RepositoryRow } from "../repositories";
import { recountBranches } from "./branch-issues";
import { countActive } from "./counts";
import type { IgnoreMode } from "./ignore-modes";
import { retireRule, ruleFor } from "./ignore-rules";
import { type IssueRow, issueColumns } from "./issue-row";
import type { issues } from "./tables";

/** An issue as a request names it. */
interface NamedIssue {
  readonly repository: RepositoryRow;
  readonly commit: CommitRow;
  readonly issueId: number;
}

/** Takes issues out of what is counted, and back. Each returns the issue as it is then. */
export interface Ignoring {
  /** One that is ignored already stays as it is. @throws ApiError `not_found` */
  ignore(issue: NamedIssue, how: { mode: IgnoreMode; reason: string | null; caller: UserCaller }): Promise<IssueRow>;
  /** The rule that it was ignored by is retired. @throws ApiError `not_found` */
  unignore(issue: NamedIssue): Promise<IssueRow>;
}

interface Parts {
  db: Database;
  events: Events;
  checks: Checks;
  repositories: Repositories;
}

type Known = Pick<typeof issues.$inferSelect, "uid" | "ignoredAt" | "ignoreRuleId">;

export function createIgnoring({ db, events, checks, repositories }: Parts): Ignoring {
  /** Both are always taken in this order: rules belong to the repository, counts to the commit. */
  async function lock(tx: Transaction, { repository, commit, issueId }: NamedIssue): Promise<Known> {
    await repositories.lock(tx, repository.id);
    const isThere = await lockCommit(tx, commit.id);
    const [known] = isThere
      ? await tx.sql<Known[]>`
          SELECT uid, ignored_at AS "ignoredAt", ignore_rule_id AS "ignoreRuleId" FROM issues
           WHERE id = ${issueId} AND commit_id = ${commit.id} FOR UPDATE`
      : [];
    if (!known) throw notFound("There is no such issue in this commit");
    return known;
  }

  /** Lets everything that is counted follow, and tells of it. */
  async function follow(tx: Transaction, { repository, commit, issueId }: NamedIssue, { uid }: Known, ignored: boolean) {
    const active = await countActive(tx, commit.id);
    await repositories.setIssuesCount(tx, commit.id, active);
    const isCompleted = await checks.issuesRecounted(tx, commit.id, active);
    await recountBranches(tx, repositories, { commitId: commit.id, count: active, isRecorded: isCompleted });
    const subject = { type: "issue", id: issueId, name: uid };
    await events.emit(tx, acted, {
      action: ignored ? "issue.ignored" : "issue.unignored",
      subject,
      repository: repository.name,
    });
  }

  return {
    ignore: (issue, { mode, reason, caller }) =>
      db.transaction(async (tx) => {
        await holdCaller(tx, caller);
        const known = await lock(tx, issue);
        if (known.ignoredAt === null) {
          const { issueId } = issue;
          const userId = caller.id;
          if (mode === "permanent") {
            const ruleId = await ruleFor(tx, repositories, { repositoryId: issue.repository.id, issueId, userId, reason });
            await tx.sql`
              UPDATE issues SET ignored_at = now(), ignore_source = 'rule', ignore_rule_id = ${ruleId}, updated_at = now()
               WHERE id = ${issueId}`;
          } else {
            await tx.sql`
              UPDATE issues SET ignored_at = now(), ignore_source = 'user', ignore_user_id = ${userId}, ignore_user_reason = ${reason},
                     updated_at = now()
               WHERE id = ${issueId}`;
          }
          await follow(tx, issue, known, true);
        }
        return await read(tx, issue.issueId);
      }),

    unignore: (issue) =>
      db.transaction(async (tx) => {
        const known = await lock(tx, issue);
        if (known.ignoredAt !== null) {
          await tx.sql`
            UPDATE issues SET ignored_at = NULL, ignore_source = NULL, ignore_rule_id = NULL, ignore_user_id = NULL,
                   ignore_user_reason = NULL, updated_at = now()
             WHERE id = ${issue.issueId}`;
          const ruleId = known.ignoreRuleId;
          if (ruleId !== null) await retireRule(tx, repositories, { repositoryId: issue.repository.id, ruleId });
          await follow(tx, issue, known, false);
        }
        return await read(tx, issue.issueId);
      }),
  };
}

async function read(tx: Transaction, issueId: number): Promise<IssueRow> {
  const [row] = await tx.sql<IssueRow[]>`
    SELECT ${issueColumns(tx)} FROM issues i LEFT JOIN issue_ignore_rules r ON r.id = i.ignore_rule_id WHERE i.id = ${issueId}`;
  if (!row) throw new Error("an issue went though it is locked");
  return row;
}
