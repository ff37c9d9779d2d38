import { getTableName, is, Table } from "drizzle-orm";
import { tableNames } from "../../core/plugin/names";
import type { Examined, Rule, SourceFile } from "./examined";

/** Where a statement, or a part of one in brackets, begins. */
const begins = String.raw`(?<=[\`"'(){};]\s*)`;
const target = String.raw`(?:only\s+)?(\$\{[^}]*\}?|[\w."]+)`;
/** Statements that change rows, up to the table's name, or to what stands for it. */
const statements = new RegExp(
  String.raw`${begins}(?:(?:insert\s+into|delete\s+from|merge\s+into|truncate(?:\s+table)?)\s+${target}|update\s+${target}(?:\s+(?:as\s+)?\w+)?\s+set\b|copy\s+${target}[^\`]*?\bfrom\s+stdin\b)`,
  "gi",
);
const calls = /\borm\s*\.\s*(?:insert|update|delete)\s*\(\s*([\w$.]+)/g;
const tablesMade = /\b(?:const|let|var)\s+(\w+)\s*=\s*pgTable\s*\(\s*["'`](\w+)/g;

/**
 * Reads what statements say. One whose table is put in when it runs can't be checked, so that is a mistake too, unless a drizzle table
 * stands there. Statements that are put together of pieces, and what functions of the database do, aren't seen.
 */
export const writesOnlyToItsTables: Rule = (examined) => {
  const own = tableNames(examined.plugin);
  const variables = tableVariables(examined);
  return examined.files.flatMap((file) =>
    targetsIn(file).flatMap((written) => {
      const table =
        variables.get(
          written
            .replace(/^\$\{|\}$/g, "")
            .split(".")
            .at(-1) ?? "",
        ) ?? plainName(written);
      if (table === undefined)
        return [`${file.path} writes to a table that is only known when it runs (${written}); name it in the statement.`];
      return own.includes(table) ? [] : [`${file.path} writes to ${table}, which isn't among its own \`tables\`.`];
    }),
  );
};

function targetsIn({ code }: SourceFile): string[] {
  const written = [...code.matchAll(statements)].map(([, some, updated, copied]) => some ?? updated ?? copied ?? "");
  return [...new Set([...written, ...[...code.matchAll(calls)].map(([, name = ""]) => `\${${name}}`)])];
}

/** @returns the names of tables by those of the variables that hold them */
function tableVariables({ plugin, files }: Examined): Map<string, string> {
  const declared = Object.entries(plugin.tables ?? {}).flatMap(([name, table]): [string, string][] =>
    is(table, Table) ? [[name, getTableName(table)]] : [],
  );
  const made = files.flatMap(({ code }) =>
    [...code.matchAll(tablesMade)].map(([, name = "", table = ""]): [string, string] => [name, table]),
  );
  return new Map([...declared, ...made]);
}

/** @returns undefined for what isn't a name: the schema is left out */
function plainName(written: string): string | undefined {
  return /^[\w."]+$/.test(written) ? written.replaceAll('"', "").split(".").at(-1) : undefined;
}
