// Writes docs/extension-points.md from what plugins declare: `bun run extension-points`. A test compares the page with this.
import { join } from "node:path";
import { core as theCore } from "../core/app/core-claims";
import { loadInstallation, projectRoot } from "../core/app/installation";
import type { AnyPlugin } from "../core/plugin/plugin";
import type { Slot } from "../core/plugin/slot";

/** Something a plugin declares for others, with the words that stand above it in the code. */
interface Declaration {
  readonly constant: string;
  readonly carries: string;
  readonly words: string;
}

const exported =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?export const (\w+) = (?:slot\.(?:one|all)|defineEvent)<([\s\S]*?)>\(\s*"([^"]+)"/g;

/** @returns declarations by name, as the files of a plugin's folder have them, or of the core's */
async function declarationsOf(place: string): Promise<Map<string, Declaration>> {
  const found = new Map<string, Declaration>();
  const folder = join(projectRoot, place);
  for (const path of [...new Bun.Glob("**/*.ts").scanSync(folder)].sort()) {
    const source = await Bun.file(join(folder, path)).text();
    for (const [, comment = "", constant = "", carries = "", name = ""] of source.matchAll(exported)) {
      found.set(name, {
        constant,
        carries: onOneLine(carries.replace(/\/\*\*[\s\S]*?\*\//g, "")),
        words: firstParagraph(comment),
      });
    }
  }
  return found;
}

const onOneLine = (text: string): string => text.replace(/\s+/g, " ").replace(/; }$/, " }").trim();

function firstParagraph(comment: string): string {
  const text = comment.replace(/^\s*\*? ?/gm, "").trim();
  return onOneLine((text.split(/\n\s*\n|\n@/)[0] ?? "").replace(/\{@link (\w+)\}/g, "`$1`"));
}

const howMany = ({ takes, required }: Slot<unknown>): string =>
  takes === "all" ? "any number" : required ? "exactly one" : "one or none";

/** Padded, as the project's formatter leaves it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_title, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [titles = [], ...body] = cells;
  return [line(titles), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

type Declaring = Pick<AnyPlugin, "name" | "summary" | "slots" | "events">;

async function sectionOf(plugin: Declaring, place = `plugins/${plugin.name}`): Promise<string> {
  const declared = await declarationsOf(place);
  const of = (name: string): Declaration => declared.get(name) ?? { constant: "", carries: "", words: "" };
  const slots: string[][] = (plugin.slots ?? []).map((slot: Slot<unknown>) => {
    const { constant, carries, words } = of(slot.name);
    return [`\`${constant}\``, `\`${carries}\``, howMany(slot), words];
  });
  const events: string[][] = (plugin.events ?? []).map(({ name }: { name: string }) => {
    const { constant, carries, words } = of(name);
    return [`\`${constant}\``, `\`${carries}\``, words];
  });
  return [
    `## ${plugin.name}`,
    `${plugin.summary}.`,
    ...(slots.length > 0 ? [table(["slot", "takes", "from", "for"], slots)] : []),
    ...(events.length > 0 ? [table(["event", "carries", "told when"], events)] : []),
  ].join("\n\n");
}

const intro = `# Extension points

What plugins declare for others to fill and to hear of. Import a constant from its owner's module (\`cocov/plugins/<name>\`), fill a slot in
what \`setup\` returns as \`contribute\`, and handle an event in \`on\`: [write a plugin](write-a-plugin.md). This page is made from the
declarations by \`bun run extension-points\`.`;

/** @returns the page, made from the plugins of this project */
export async function extensionPointsPage(): Promise<string> {
  const { on } = await loadInstallation({ env: {}, config: {} });
  const declaring = on.map(({ plugin }) => plugin).filter(({ slots = [], events = [] }) => slots.length + events.length > 0);
  const core = {
    name: "core",
    summary: "What the core itself lets plugins take part in; its constants are in `cocov/core`",
    slots: theCore.slots ?? [],
  };
  const sections = await Promise.all([sectionOf(core, "core/services"), ...declaring.map((plugin) => sectionOf(plugin))]);
  return `${[intro, ...sections].join("\n\n")}\n`;
}

if (import.meta.main) await Bun.write(join(import.meta.dir, "extension-points.md"), await extensionPointsPage());
