/** A statement as a version sends it that knows no more than the first migration of each plugin. */
export interface FormerStatement {
  readonly sql: string;
}

/** Rows for it, as many as tell whether a migration goes through a table. */
export const formerRows = `
  INSERT INTO users (login, github_id) SELECT 'user-' || n, n FROM generate_series(1, 200) n;
  INSERT INTO user_emails (user_id, email) SELECT id, login || '@example.org' FROM users;
  INSERT INTO user_tokens (user_id, kind, hashed_token) SELECT id, 'auth', 'hash-' || id FROM users;
  INSERT INTO user_tokens (user_id, kind, hashed_token, expires_at) SELECT id, 'personal', 'personal-' || id, now() + interval '1 day' FROM users;
  INSERT INTO repositories (name, default_branch, token, github_id)
  SELECT 'repository-' || n, 'main', 'token-' || n, n FROM generate_series(1, 50) n;
  INSERT INTO repository_members (repository_id, github_member_id, level)
  SELECT r.id, u.github_id, 'user' FROM repositories r, users u WHERE u.id % 10 = r.id % 10;
  INSERT INTO commits (repository_id, sha, author_name, author_email, message, clone_status)
  SELECT r.id, md5(r.id || '-' || n) || '00000000', 'Ada', 'ada@example.org', 'Change things', 'completed'
    FROM repositories r, generate_series(1, 60) n;
  INSERT INTO branches (repository_id, name, head_id) SELECT repository_id, 'main', max(id) FROM commits GROUP BY repository_id;
  INSERT INTO check_sets (commit_id, status, job_id) SELECT id, 'completed', 'job-' || id FROM commits;
  INSERT INTO checks (check_set_id, position, plugin_name, image_reference, status)
  SELECT id, 0, 'cocov/lint', 'cocov/lint:v1', 'completed' FROM check_sets;
  INSERT INTO issues (commit_id, uid, kind, file, line_start, line_end, message, check_source)
  SELECT c.id, 'issue-' || n, 'bug', 'main.c', 1, 1, 'Mend this', 'cocov/lint' FROM commits c, generate_series(1, 10) n;
  INSERT INTO issue_histories (repository_id, branch_id, quantity) SELECT repository_id, id, 3 FROM branches, generate_series(1, 20);
  INSERT INTO github_deliveries (delivery_id, event, waiting, state) SELECT 'delivery-' || n, 'push', '{}', 'processed' FROM generate_series(1, 2000) n;
  INSERT INTO core_jobs (name, payload, run_at) SELECT 'former.work', '{}', now() + interval '1 day' FROM generate_series(1, 2000);
`;

/** What it does all day. `$1::int` is a number that differs each time. */
export const formerStatements: readonly FormerStatement[] = [
  {
    sql: "SELECT u.id, u.login, u.admin FROM user_tokens t JOIN users u ON u.id = t.user_id WHERE t.hashed_token = 'hash-' || $1::int % 200",
  },
  { sql: "UPDATE user_tokens SET last_used_at = now(), updated_at = now() WHERE hashed_token = 'hash-' || $1::int % 200" },
  { sql: "INSERT INTO user_tokens (user_id, kind, hashed_token) SELECT min(id), 'auth', 'new-' || $1::int FROM users" },
  { sql: "INSERT INTO users (login, github_id) VALUES ('new-' || $1::int, 1000 + $1::int)" },
  { sql: 'SELECT id, name, description, default_branch FROM repositories ORDER BY lower(name::text) COLLATE "C", id LIMIT 20' },
  {
    sql: "INSERT INTO repositories (name, default_branch, token, github_id) VALUES ('new-' || $1::int, 'main', 'new-' || $1::int, 1000 + $1::int)",
  },
  { sql: "UPDATE repositories SET commits_size = commits_size + 1, updated_at = now() WHERE github_id = 1 + $1::int % 50" },
  {
    sql: "INSERT INTO repository_members (repository_id, github_member_id, level) SELECT min(id), 5000 + $1::int, 'user' FROM repositories",
  },
  {
    sql: "INSERT INTO commits (repository_id, sha, author_name, author_email, message) SELECT min(id), md5('new' || $1::int) || '00000000', 'Ada', 'ada@example.org', 'x' FROM repositories",
  },
  { sql: "UPDATE commits SET issues_count = 3, clone_status = 'completed', clone_size = 100 WHERE id = 1 + $1::int % 3000" },
  {
    sql: "SELECT b.id, b.name, b.issues, c.sha FROM branches b LEFT JOIN commits c ON c.id = b.head_id WHERE b.repository_id = 1 + $1::int % 50",
  },
  { sql: "UPDATE branches SET head_id = head_id, head_sequence = head_sequence + 1 WHERE repository_id = 1 + $1::int % 50" },
  {
    sql: "SELECT s.status, c.plugin_name, c.status FROM check_sets s JOIN checks c ON c.check_set_id = s.id WHERE s.commit_id = 1 + $1::int % 3000",
  },
  {
    sql: "UPDATE check_sets SET status = 'queued', job_id = 'new-' || $1::int, queued_at = now() WHERE commit_id = 1 + $1::int % 3000",
  },
  { sql: "UPDATE checks SET status = 'in_progress', started_at = now() WHERE check_set_id = 1 + $1::int % 3000" },
  { sql: "SELECT id, uid, kind, file, message FROM issues WHERE commit_id = 1 + $1::int % 3000 ORDER BY id LIMIT 50" },
  {
    sql: "INSERT INTO issues (commit_id, uid, kind, file, line_start, line_end, message, check_source) SELECT min(id), 'new-' || $1::int, 'bug', 'a.c', 1, 1, 'x', 'cocov/lint' FROM commits",
  },
  {
    sql: "UPDATE issues SET ignored_at = now(), ignore_source = 'user', ignore_user_id = 1 WHERE commit_id = 1 + $1::int % 3000 AND uid = 'issue-1'",
  },
  { sql: "DELETE FROM issues WHERE commit_id = 1 + $1::int % 3000 AND uid = 'issue-2'" },
  {
    sql: "INSERT INTO issue_histories (repository_id, branch_id, quantity) SELECT repository_id, id, 4 FROM branches WHERE id = 1 + $1::int % 50",
  },
  { sql: "SELECT quantity, created_at FROM issue_histories WHERE branch_id = 1 + $1::int % 50 ORDER BY created_at" },
  {
    sql: "INSERT INTO github_deliveries (delivery_id, event, payload, waiting, state) VALUES ('new-' || $1::int, 'push', '{}', '{a}', 'pending')",
  },
  {
    sql: "UPDATE github_deliveries SET state = 'processed', waiting = '{}', updated_at = now() WHERE delivery_id = 'delivery-' || $1::int % 2000",
  },
  {
    sql: "INSERT INTO core_jobs (name, payload, run_at) VALUES ('former.work', jsonb_build_object('n', $1::int), now() + interval '1 day')",
  },
  { sql: "UPDATE core_jobs SET attempts = attempts + 1, last_error = 'x', failed_at = now() WHERE id = 1 + $1::int % 2000" },
  { sql: "DELETE FROM core_jobs WHERE name = 'former.work' AND payload ->> 'n' = ($1::int)::text" },
];
