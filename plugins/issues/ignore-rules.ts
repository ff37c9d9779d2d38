import type { Transaction } from "../../core";
import type { Repositories } from "../repositories";
import type { issueIgnoreRules } from "./tables";

type RuleId = (typeof issueIgnoreRules.$inferSelect)["id"];

/** What a rule is made from. `tx` has the repository locked. */
interface NewRule {
  readonly repositoryId: number;
  readonly issueId: number;
  readonly userId: number;
  readonly reason: string | null;
}

/**
 * Makes the rule that an issue like this isn't to be seen again in its repository, or takes the one in force as it is. One that was retired
 * is in force again, by whoever wants it now.
 */
export async function ruleFor(tx: Transaction, repositories: Repositories, rule: NewRule): Promise<RuleId> {
  const { repositoryId, issueId, userId, reason } = rule;
  const [inForce] = await tx.sql<{ id: RuleId }[]>`
    SELECT r.id FROM issue_ignore_rules r JOIN issues i ON i.uid = r.uid
     WHERE i.id = ${issueId} AND r.repository_id = ${repositoryId} AND r.retired_at IS NULL`;
  if (inForce) return inForce.id;
  const [made] = await tx.sql<{ id: RuleId }[]>`
    INSERT INTO issue_ignore_rules (repository_id, user_id, reason, uid, check_source, kind, file, line_start, line_end, message)
    SELECT ${repositoryId}, ${userId}, ${reason}, uid, check_source, kind, file, line_start, line_end, message
      FROM issues WHERE id = ${issueId}
    ON CONFLICT (repository_id, uid) DO UPDATE SET
      user_id = excluded.user_id, reason = excluded.reason, check_source = excluded.check_source, kind = excluded.kind,
      file = excluded.file, line_start = excluded.line_start, line_end = excluded.line_end, message = excluded.message,
      retired_at = NULL, updated_at = now()
    RETURNING id`;
  if (!made) throw new Error("the issue went while a rule was made of it");
  await countRules(tx, repositories, repositoryId);
  return made.id;
}

/** Has a rule match nothing from now on. Issues that are ignored by it stay so. */
export async function retireRule(
  tx: Transaction,
  repositories: Repositories,
  { repositoryId, ruleId }: { repositoryId: number; ruleId: RuleId },
): Promise<void> {
  const retired = await tx.sql`
    UPDATE issue_ignore_rules SET retired_at = now(), updated_at = now() WHERE id = ${ruleId} AND retired_at IS NULL`;
  if (retired.count > 0) await countRules(tx, repositories, repositoryId);
}

async function countRules(tx: Transaction, repositories: Repositories, repositoryId: number): Promise<void> {
  const [row] = await tx.sql<{ inForce: number }[]>`
    SELECT count(*)::int AS "inForce" FROM issue_ignore_rules WHERE repository_id = ${repositoryId} AND retired_at IS NULL`;
  await repositories.setIgnoreRulesCount(tx, repositoryId, row?.inForce ?? 0);
}
