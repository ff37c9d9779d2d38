import { showConfig } from "../config/show-config";
import type { ConsoleEntry } from "../plugin/plugin";
import type { App } from "./app";
import type { consoleNames } from "./console-names";

/** Names in scope at the console, with what each is. */
export type ConsoleScope = Readonly<Record<string, ConsoleEntry>>;

/** @returns what the core and the plugins put into the console's scope */
export function consoleScope(app: App): ConsoleScope {
  const core: Record<(typeof consoleNames)[number], ConsoleEntry> = {
    help: { summary: "help() prints this list", value: () => console.log(describeScope(scope)) },
    app: { summary: "the application: app.plugins, app.http.handle(new Request(…)), app.jobs", value: app },
    db: { summary: "the database: db.sql, db.orm, db.transaction(async (tx) => …)", value: app.db },
    sql: { summary: "SQL as a tagged template: await sql`select count(*) from core_jobs`", value: app.db.sql },
    jobs: { summary: "the job ledger: await jobs.depth(), jobs.dead(), jobs.retry(id)", value: app.jobs },
    config: {
      summary: "config() prints the configuration in force, secrets masked",
      value: () => console.log(showConfig(app.installation.effective)),
    },
  };
  const scope: ConsoleScope = Object.assign({}, core, ...app.plugins.map(({ parts }) => parts.console ?? {}));
  return scope;
}

/** @returns one line for each name */
export function describeScope(scope: ConsoleScope): string {
  const width = Math.max(...Object.keys(scope).map((name) => name.length));
  return Object.entries(scope)
    .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
    .join("\n");
}
