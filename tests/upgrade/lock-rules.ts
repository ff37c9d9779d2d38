import semver from "semver";
import { runsOutside, statementsOf } from "../../core/services/database/migrations/outside-transaction";

/** What a migration would do to processes of the version before that are still serving. */
export interface Finding {
  readonly rule: string;
  readonly statement: string;
}

/**
 * Tables that may have millions of rows, or that everything goes through: what takes a scan of them under a lock stops the platform.
 * Of a new plugin's, add those that grow with commits or requests.
 */
const large = new Set(
  (
    "core_jobs commits branches check_sets checks issues issue_histories issue_counts coverage_infos coverage_files coverage_uploads " +
    "coverage_histories github_deliveries github_statuses audit_log user_tokens cache_entries worker_jobs repository_members users user_emails"
  ).split(" "),
);

/** @param version the platform's: what is said to be unread has to be so in a version before it */
export function lockProblems(text: string, version: string): Finding[] {
  const outside = runsOutside(text);
  const statements = statementsOf(text.replace(/\$\$[\s\S]*?\$\$/g, "''"));
  const made = new Set(
    statements.flatMap(
      (statement) => /^create\s+(?:unlogged\s+)?table\s+(?:if not exists\s+)?(\w+)/i.exec(statement)?.[1] ?? [],
    ),
  );
  const unread = unreadSince(text, version);
  const found: Finding[] = [];
  const altered = new Set<string>();
  for (const statement of statements) {
    const note = (rule: string) => void found.push({ rule, statement: statement.replace(/\s+/g, " ").slice(0, 100) });
    const table = tableOf(statement);
    const old = table !== undefined && !made.has(table);
    const big = old && large.has(table);
    if (/^create\s+(?:unique\s+)?index\b/i.test(statement) && big && !/\bconcurrently\b/i.test(statement))
      note("makes an index of a large table without CONCURRENTLY: nobody writes to it meanwhile");
    if (/^drop\s+index\b/i.test(statement) && !/\bconcurrently\b/i.test(statement) && !outside)
      note("drops an index without CONCURRENTLY: it waits for all who read the table, and everybody behind it");
    if (/^(?:lock\b|cluster\b|vacuum\s+full\b|truncate\b)/i.test(statement)) note("locks a table");
    if (/^drop\s+table\b/i.test(statement) && !unread) note("drops a table that the version before may read");
    if (/^alter\s+table\b/i.test(statement) && old) {
      altered.add(table);
      for (const action of actionsOf(statement)) {
        if (/^rename\b/i.test(action)) note("renames what the version before reads");
        if (/^drop\s+column\b/i.test(action) && !unread) note("drops a column that the version before may read");
        if (/^alter\s+(?:column\s+)?\w+\s+(?:set\s+data\s+)?type\b/i.test(action))
          note("changes a column's type: the table is written anew");
        if (/^add\s+column\b/i.test(action) && /\bnot\s+null\b/i.test(action) && !/\bdefault\b|\bgenerated\b/i.test(action))
          note("adds a column that the version before doesn't fill and that may not be empty");
        if (
          /^add\s+column\b/i.test(action) &&
          /\bdefault\s+(?:gen_random_uuid|random|clock_timestamp|nextval)\b|\bgenerated\b/i.test(action)
        )
          note("adds a column with a value for each row: the table is written anew");
        if (/^add\s+column\b/i.test(action) && big && /\breferences\b|\bunique\b/i.test(action))
          note("adds a column with a constraint that scans a large table");
        if (
          /^add\s+(?:constraint\b|check\b|foreign\b|unique\b|primary\b|exclude\b)/i.test(action) &&
          big &&
          !/\bnot\s+valid\b|\busing\s+index\b/i.test(action)
        )
          note("adds a constraint that scans a large table: NOT VALID first, VALIDATE in the next migration");
        if (/^alter\s+(?:column\s+)?\w+\s+set\s+not\s+null\b/i.test(action) && big)
          note("has a large table scanned for NULL: a CHECK that is NOT VALID first, VALIDATE in the next migration");
      }
    }
    const changed = /^(?:update\s+(?:only\s+)?|delete\s+from\s+(?:only\s+)?|insert\s+into\s+)(\w+)/i.exec(statement)?.[1];
    if (!outside && changed !== undefined && altered.has(changed) && large.has(changed))
      note("changes rows of a large table in the transaction that altered it: nobody reads it meanwhile");
  }
  return found;
}

/** A line such as `-- unread since 0.2.0`, with a version before this one: no process reads it that runs next to a new one. */
function unreadSince(text: string, version: string): boolean {
  const [, named] = /^-- unread since (\d+\.\d+\.\d+)$/m.exec(text) ?? [];
  return named !== undefined && semver.lt(named, version);
}

function tableOf(statement: string): string | undefined {
  return (
    /^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(\w+)/i.exec(statement)?.[1] ??
    /^create\s+(?:unique\s+)?index\b[\s\S]*?\bon\s+(?:only\s+)?(\w+)/i.exec(statement)?.[1]
  );
}

/** `ALTER TABLE x ADD …, DROP …` without commas inside parentheses. */
function actionsOf(statement: string): string[] {
  const body = statement.replace(/^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?\w+\s+/i, "");
  const actions: string[] = [];
  let depth = 0;
  let begun = 0;
  for (const [at, character] of [...body].entries()) {
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === "," && depth === 0) {
      actions.push(body.slice(begun, at).trim());
      begun = at + 1;
    }
  }
  return [...actions, body.slice(begun).trim()];
}
