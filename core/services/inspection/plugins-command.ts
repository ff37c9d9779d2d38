import type { Installation } from "../../app/installation";
import type { Platform } from "../../app/service";
import { type CommandResult, defineCommand } from "../../commands/command";
import type { FoundPlugin, InstalledPlugin } from "../../plugin/found-plugin";
import type { LeftOut } from "../../plugin/leave-out";
import { namesOf, tableNames } from "../../plugin/names";
import { table } from "../log/table";

export const pluginsCommand = defineCommand({
  name: "plugins",
  summary: "Lists the plugins: on or off and why, and what they bring",
  description: "Lists the plugins: on or off and why, what they require, and how much they bring.",
  options: {
    routes: { type: "boolean", summary: "lists every route, table, job, slot, event and command by name instead" },
    check: {
      type: "string",
      value: "PLUGIN",
      summary: "checks a plugin (its name, path or package) against the rules of plugins; exit code 1 when it breaks any",
    },
  },
  async run({ options }, platform: Platform<unknown>) {
    if (options.check !== undefined) return await verdict(options.check);
    const installation = await platform.installation();
    const { installed, leftOut } = platform.preview(installation);
    const { off } = installation;
    const json = { plugins: [...installed.map(describeOn), ...off.map(describeOff), ...leftOut.map(describeLeftOut)] };
    return { text: options.routes ? listing(installed) : overview(installed, off, leftOut), json };
  },
});

/** The rules are loaded when they are wanted: serving doesn't need them. */
async function verdict(wanted: string): Promise<CommandResult> {
  const { checkPlugin } = await import("../../../testing/conformance/check-plugin");
  const { name, problems } = await checkPlugin(wanted);
  const conforms = `Plugin "${name}" conforms. That its migrations make exactly its tables is only seen in a database: have its tests call conformanceProblems() of cocov/testing.`;
  const list = problems.map((problem) => `  - ${problem}`).join("\n");
  return {
    text: problems.length === 0 ? conforms : `Plugin "${name}" doesn't conform:\n${list}`,
    json: { plugin: name, problems },
    exitCode: problems.length === 0 ? 0 : 1,
  };
}

function overview(installed: readonly InstalledPlugin[], off: Installation["off"], leftOut: readonly LeftOut[]): string {
  const head = ["plugin", "state", "requires", "routes", "tables", "jobs", "version", "from"];
  const on = installed.map(({ plugin, origin, version, parts }) => [
    plugin.name,
    "on",
    namesOf(plugin.requires).join(", "),
    String(parts.routes?.length ?? 0),
    String(tableNames(plugin).length),
    String(parts.jobs?.length ?? 0),
    version ?? "",
    origin,
  ]);
  const others = [
    ...off.map(({ plugin, by, ...found }) => ({ ...found, name: plugin.name as string, state: `off, by ${by}` })),
    ...leftOut.map((found) => ({ ...found, state: "left out" })),
  ].map(({ name, state, version, origin }) => [name, state, ...["", "", "", ""], version ?? "", origin]);
  const reasons = leftOut.map(({ name, reason }) => `${name} is left out: ${reason}`);
  return [table(head, [...on, ...others]), ...reasons].join("\n\n");
}

function listing(installed: readonly InstalledPlugin[]): string {
  return installed
    .flatMap(({ plugin, parts }) => [
      `${plugin.name}: ${plugin.summary}`,
      ...(parts.routes ?? []).map(({ method, path }) => `  route  ${method.padEnd(6)} ${path}`),
      ...tableNames(plugin).map((name) => `  table  ${name}`),
      ...(parts.jobs ?? []).map(({ definition }) => `  job    ${definition.name}`),
      ...(plugin.slots ?? []).map(({ name, takes }) => `  slot   ${name}, for ${takes}`),
      ...(plugin.events ?? []).map(({ name }) => `  event  ${name}`),
      ...(parts.commands ?? []).map(({ name }) => `  command  ${name}`),
    ])
    .join("\n");
}

function describeOn({ parts, ...found }: InstalledPlugin) {
  const { plugin } = found;
  return {
    ...describe(found),
    state: "on",
    offBy: null,
    routes: (parts.routes ?? []).map(({ method, path }) => ({ method, path })),
    tables: tableNames(plugin),
    jobs: (parts.jobs ?? []).map(({ definition }) => definition.name),
    slots: (plugin.slots ?? []).map(({ name, takes }) => ({ name, takes })),
    events: namesOf(plugin.events),
    commands: namesOf(parts.commands),
  };
}

const describeOff = ({ by, ...found }: Installation["off"][number]) => ({ ...describe(found), state: "off", offBy: by });

const describeLeftOut = (found: LeftOut) => ({ ...found, state: "left out", offBy: null });

function describe({ plugin, origin, version }: FoundPlugin) {
  const { name, summary, requires, optional } = plugin;
  return { name, summary, version, origin, requires: namesOf(requires), optional: namesOf(optional) };
}
