import type { App } from "../app/app";
import type { kernelConsoleNames } from "../app/console-names";
import type { AnyService } from "../app/service";
import { showConfig } from "../config/show-config";
import type { ConsoleEntry } from "../plugin/plugin";
import { services } from "../services";

/** Names in scope at the console, with what each is. */
export type ConsoleScope = Readonly<Record<string, ConsoleEntry>>;

/** @returns what the core and the plugins put into the console's scope */
export function consoleScope(app: App): ConsoleScope {
  const core: Record<(typeof kernelConsoleNames)[number], ConsoleEntry> = {
    help: { summary: "help() prints this list", value: () => console.log(describeScope(scope)) },
    app: { summary: "the application: app.plugins, app.http.handle(new Request(…)), app.jobs", value: app },
    config: {
      summary: "config() prints the configuration in force, secrets masked",
      value: () => console.log(showConfig(app.installation.effective)),
    },
  };
  const scope: ConsoleScope = Object.assign({}, core, ofServices(app), ...app.plugins.map(({ parts }) => parts.console ?? {}));
  return scope;
}

function ofServices(app: App): ConsoleScope {
  const apis: Readonly<Record<string, unknown>> = app.services;
  const entries = (services as readonly AnyService[]).flatMap(({ name, console = {} }) =>
    Object.entries(console).map(([shown, { summary, value }]) => [shown, { summary, value: value(apis[name]) }] as const),
  );
  return Object.fromEntries(entries);
}

/** @returns one line for each name */
export function describeScope(scope: ConsoleScope): string {
  const width = Math.max(...Object.keys(scope).map((name) => name.length));
  return Object.entries(scope)
    .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
    .join("\n");
}
