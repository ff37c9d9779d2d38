import { createHash } from "node:crypto";
import type { BenchPath } from "../path";

const kinds = ["style", "performance", "security", "bug", "complexity", "duplication", "convention", "quality"];

/** 10,000 issues of a commit that has none yet, in one PUT. */
export const registerIssues: BenchPath = {
  name: "10,000 issues in one PUT",
  wanted: 0.5,
  connections: 1,
  sameBytes: false,
  prepare: async ({ sql, repositoryId }) => {
    await sql`
      INSERT INTO commits (repository_id, sha, author_name, author_email, message, clone_status)
      SELECT ${repositoryId}, md5('bench' || n) || '00000000', 'Ada', 'ada@example.org', 'bench', 'completed' FROM generate_series(1, 2000) AS n
      ON CONFLICT DO NOTHING`;
    await sql`DELETE FROM issues`;
  },
  request: ({ serviceToken, repositoryId }) => {
    const issues = JSON.stringify(
      Array.from({ length: 10_000 }, (_, n) => ({
        uid: createHash("sha1").update(String(n)).digest("hex"),
        kind: kinds[n % kinds.length],
        file: `src/module-${n % 500}/file-${n % 7}.ts`,
        line_start: n % 900,
        line_end: (n % 900) + 2,
        message: `Something is off here, and this is what should be done about it (${n})`,
      })),
    );
    return (index) => {
      const sha = `${createHash("md5")
        .update(`bench${(index % 2000) + 1}`)
        .digest("hex")}00000000`;
      const body = `{"sha":"${sha}","source":"cocov/rubocop:v0.1","issues":${issues}}`;
      const headers = { authorization: `bearer ${serviceToken}`, "content-type": "application/json" };
      return { path: `/v1/repositories/${repositoryId}/issues`, init: { method: "PUT", body, headers } };
    };
  },
};
