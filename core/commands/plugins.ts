import { loadInstallation } from "../app/installation";
import { previewPlugins } from "../app/preview";
import { tableNames } from "../plugin/table-names";
import { acceptOnly, runCommand } from "./run-command";
import { table } from "./table";

const usage = `Usage: bun run plugins [--routes]

Lists the plugins: on or off and why, what they require, and how much they bring.
  --routes   lists every route, table, job, slot and event by name instead`;

await runCommand(usage, async (args) => {
  acceptOnly(args, ["--routes"]);
  const installation = await loadInstallation();
  const installed = previewPlugins(installation);
  if (args.includes("--routes")) {
    for (const { plugin, parts } of installed) {
      console.log(`${plugin.name}: ${plugin.summary}`);
      for (const { method, path } of parts.routes ?? []) console.log(`  route  ${method.padEnd(6)} ${path}`);
      for (const name of tableNames(plugin)) console.log(`  table  ${name}`);
      for (const { definition } of parts.jobs ?? []) console.log(`  job    ${definition.name}`);
      for (const { name, takes } of plugin.slots ?? []) console.log(`  slot   ${name}, for ${takes}`);
      for (const { name } of plugin.events ?? []) console.log(`  event  ${name}`);
    }
    return;
  }
  const on = installed.map(({ plugin, origin, parts }) => [
    plugin.name,
    "on",
    (plugin.requires ?? []).map(({ name }: { name: string }) => name).join(", "),
    String(parts.routes?.length ?? 0),
    String(tableNames(plugin).length),
    String(parts.jobs?.length ?? 0),
    origin,
  ]);
  const off = installation.off.map(({ plugin, by, origin }) => [plugin.name, `off, by ${by}`, "", "", "", "", origin]);
  console.log(table(["plugin", "state", "requires", "routes", "tables", "jobs", "from"], [...on, ...off]));
});
