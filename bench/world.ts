import { createHash } from "node:crypto";
import type { Sql } from "postgres";
import type { World } from "./path";

const hash = (token: string): string => createHash("sha256").update(token).digest("base64");

/** Fills a migrated database: two people, a service token, 200 repositories with a default branch each. The same every time. */
export async function fillWorld(sql: Sql, webhookSecret: string): Promise<World> {
  const userToken = `coa_${"1".repeat(64)}`;
  const serviceToken = `cos_${"2".repeat(64)}`;
  await sql`INSERT INTO users (login, github_id, admin) VALUES ('root', 1, true), ('ada', 2, false)`;
  await sql`INSERT INTO user_tokens (user_id, kind, hashed_token) SELECT id, 'auth', ${hash(userToken)} FROM users WHERE login = 'ada'`;
  await sql`INSERT INTO service_tokens (hashed_token, description, owner_id) SELECT ${hash(serviceToken)}, 'Worker', id FROM users WHERE login = 'root'`;
  await sql`
    INSERT INTO repositories (name, description, default_branch, token, github_id)
    SELECT 'repository-' || lpad(n::text, 3, '0'), 'Number ' || n || ' of two hundred', 'main', 'crt_' || md5(n::text) || lpad(n::text, 10, '0'), 1000 + n
      FROM generate_series(0, 199) AS n`;
  await sql`INSERT INTO repository_members (repository_id, github_member_id, level) SELECT id, 2, 'user' FROM repositories`;
  await sql`INSERT INTO branches (repository_id, name, issues, coverage) SELECT id, 'main', id % 40, id % 100 FROM repositories`;
  await sql`ANALYZE`;
  const [first] = await sql`SELECT id::int, github_id::int FROM repositories ORDER BY id LIMIT 1`;
  return {
    sql,
    userToken,
    serviceToken,
    webhookSecret,
    repositoryId: Number(first?.id),
    repositoryGitHubId: Number(first?.github_id),
  };
}
