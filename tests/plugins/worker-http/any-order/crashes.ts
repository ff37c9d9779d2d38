import type { Database } from "../../../../core/services/database/types";

/** What is written while runs go on and end. */
const tables = ["check_sets", "checks", "issues", "issue_histories", "branches", "commits", "worker_jobs"];

/** Beyond what anything writes. */
const never = 1_000_000_000;

/**
 * Lets writing fail at a chosen place: what wrote is undone by PostgreSQL, as when the process is killed there.
 * @returns sets after how many writes to those tables the next one fails, once; null: none does
 */
export async function crashes({ sql }: Database): Promise<(afterWrites: number | null) => Promise<void>> {
  await sql.unsafe(`
    CREATE SEQUENCE writes_left INCREMENT -1 MAXVALUE ${never} START ${never};
    CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('writes_left') = 1 THEN RAISE EXCEPTION 'crashed before %', TG_TABLE_NAME; END IF;
      RETURN NULL;
    END $$;
    ${tables
      .map(
        (table) =>
          `CREATE TRIGGER crash BEFORE INSERT OR UPDATE OR DELETE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION crash();`,
      )
      .join("\n")}`);
  return async (afterWrites) => {
    await sql`SELECT setval('writes_left', ${afterWrites === null ? never : afterWrites + 1}, true)`;
  };
}
