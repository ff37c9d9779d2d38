import { migrationSources } from "../../database/migrations/migration-sources";
import { migrationStatus } from "../../database/migrations/migration-status";
import type { Patient } from "../doctor";
import type { DoctorCheck } from "../doctor-check";

/** Whether the tables are those that this version works with. */
export const migrationsCheck = ({ db, installation }: Patient): DoctorCheck => ({
  name: "migrations",
  needsDatabase: true,
  async look() {
    const all = await migrationStatus({ db, sources: migrationSources(installation) });
    const named = (state: string) => all.filter((one) => one.state === state).map(({ plugin, name }) => `${plugin}/${name}`);
    const [missing, changed, overtaken, pending] = ["missing", "changed", "out of order", "pending"].map(named);
    if (missing?.length) {
      return {
        state: "failing",
        summary: `The database has migrations that this version doesn't: ${some(missing)}.`,
        remedy: "It was migrated by a newer version, or another one: run that, or restore a backup of this one.",
      };
    }
    const odd = [...(changed ?? []), ...(overtaken ?? [])];
    if (odd.length > 0) {
      return {
        state: "failing",
        summary: `Files of migrations were changed, or added between others, after those were applied: ${some(odd)}.`,
        remedy: "Install the files as they were released.",
      };
    }
    if (!pending?.length) return { state: "ok", summary: `All ${all.length} migrations are applied.` };
    return {
      state: "warning",
      summary: `${pending.length} of ${all.length} migrations are pending: ${some(pending)}.`,
      remedy: installation.settings.autoMigrate
        ? "The next start applies them; `bun run migrate` does it now."
        : "Run `bun run migrate`: processes aren't ready until then.",
    };
  },
});

const some = (names: readonly string[]): string =>
  names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
