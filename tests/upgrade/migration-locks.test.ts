import { describe, expect, test } from "bun:test";
import { loadInstallation } from "../../core/app/installation";
import { listMigrationFiles } from "../../core/services/database/migrations/migration-file";
import { migrationSources } from "../../core/services/database/migrations/migration-sources";
import { readMigration } from "../../core/services/database/migrations/migration-text";
import manifest from "../../package.json";
import { lockProblems } from "./lock-rules";

const { files } = await listMigrationFiles(migrationSources(await loadInstallation({ env: {}, config: {} })));

/**
 * Made before the first release, when nobody runs two versions at once. After it nothing is added here: docs/upgrade.md says how else to do it.
 */
const beforeRelease = new Set(
  (
    "core/0002 core/0003 core/0005 core/0006 github/0003 auth/0004 auth/0006 repositories/0003 " +
    "repositories/0007 checks/0002 cache/0002 issues/0002 issues/0003 worker-http/0002"
  ).split(" "),
);

test("no migration keeps the version before from serving", async () => {
  const problems = await Promise.all(
    files
      .filter(({ plugin, name }) => !beforeRelease.has(`${plugin}/${name.slice(0, 4)}`))
      .map(async (file) =>
        lockProblems((await readMigration(file)).text, manifest.version).map(
          ({ rule, statement }) => `${file.plugin}/${file.name} ${rule}: ${statement}`,
        ),
      ),
  );
  expect(problems.flat()).toEqual([]);
});

test("those from before the release are still what they were", () => {
  const known = files.map(({ plugin, name }) => `${plugin}/${name.slice(0, 4)}`);
  for (const name of beforeRelease) expect(known).toContain(name);
});

describe("it is told of", () => {
  test.each([
    ["CREATE INDEX a ON issues (kind);", "CONCURRENTLY"],
    ["CREATE TABLE t (id int);\nDROP INDEX a;", "CONCURRENTLY"],
    ["ALTER TABLE repositories ADD COLUMN a int NOT NULL;", "doesn't fill"],
    ["ALTER TABLE repositories ADD COLUMN a int, ADD COLUMN b uuid NOT NULL DEFAULT gen_random_uuid();", "written anew"],
    ["ALTER TABLE issues ALTER COLUMN kind TYPE citext;", "written anew"],
    ["ALTER TABLE issues ADD CONSTRAINT a CHECK (line_start > 0);", "scans"],
    ["ALTER TABLE issues ADD COLUMN a bigint REFERENCES users (id);", "scans"],
    ["ALTER TABLE issues ALTER COLUMN kind SET NOT NULL;", "NULL"],
    ["ALTER TABLE repositories DROP COLUMN token;", "may read"],
    ["DROP TABLE repositories;", "may read"],
    [`-- unread since ${manifest.version}\nALTER TABLE repositories DROP COLUMN token;`, "may read"],
    ["ALTER TABLE repositories RENAME COLUMN token TO secret;", "renames"],
    ["ALTER TABLE commits ADD COLUMN a int;\nUPDATE commits SET a = 1;", "rows of a large table"],
    ["LOCK TABLE commits;", "locks"],
  ])("%s", (text, rule) => {
    expect(lockProblems(text, manifest.version).map((finding) => finding.rule)).toEqual([expect.stringContaining(rule)]);
  });

  test.each([
    "-- outside a transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a ON issues (kind);\nDROP INDEX CONCURRENTLY IF EXISTS b;",
    "CREATE TABLE things (id int);\nCREATE INDEX things_by_id ON things (id);\nINSERT INTO things VALUES (1);",
    "ALTER TABLE issues ADD COLUMN a int NOT NULL DEFAULT 0, ADD COLUMN b timestamptz NOT NULL DEFAULT now();",
    "ALTER TABLE issues ADD CONSTRAINT a CHECK (line_start > 0) NOT VALID;",
    "ALTER TABLE issues VALIDATE CONSTRAINT a;",
    "UPDATE commits SET evicted_at = NULL WHERE evicted_at > now();",
    "-- unread since 0.0.1\nALTER TABLE repositories DROP COLUMN token;",
  ])("and not of %s", (text) => {
    expect(lockProblems(text, manifest.version)).toEqual([]);
  });
});
