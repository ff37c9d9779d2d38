const tokens = /'(?:[^']|'')*'|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|[A-Za-z_][\w$]*|\S/g;
const passedOver = /^(?:'|--|\/\*|\$[^\d])/;
const operations = new Set(
  (
    "SELECT INSERT UPDATE DELETE MERGE COPY TRUNCATE CREATE ALTER DROP BEGIN COMMIT ROLLBACK SAVEPOINT RELEASE LISTEN UNLISTEN " +
    "NOTIFY SET SHOW LOCK EXPLAIN VACUUM ANALYZE CALL DO"
  ).split(" "),
);
/** Words that come between what announces a table and its name. */
const beforeNames = new Set(["ONLY", "LATERAL"]);
const noTables = new Set(["STDIN", "STDOUT", "SELECT", "VALUES"]);
const longestSummary = 255;
/** Characters; what a statement that is longer does shows at its beginning. */
const longestText = 8000;
const kept = 1000;

const summaries = new Map<string, string>();

/**
 * What a statement does, and to which tables: `INSERT issues SELECT commits`
 * (https://opentelemetry.io/docs/specs/semconv/database/database-spans/#generating-a-summary-of-the-query). Only names of tables are taken
 * from its text, never a value.
 * @returns an empty text when it isn't known what it does
 */
export function querySummary(text: string): string {
  const beginning = text.slice(0, longestText);
  const known = summaries.get(beginning);
  if (known !== undefined) return known;
  const summary = summarize(beginning);
  if (summaries.size >= kept) summaries.clear();
  summaries.set(beginning, summary);
  return summary;
}

function summarize(text: string): string {
  const words = (text.match(tokens) ?? []).filter((token) => !passedOver.test(token));
  const upper = words.map((word) => word.toUpperCase());
  const own = commonTables(words, upper);
  const found: string[][] = [];
  /** For each open parenthesis, outermost first: whether a statement stands in it, and not the arguments of a function. */
  const statements = [false];
  for (const [at, word] of upper.entries()) {
    if (word === "(") statements.push(false);
    else if (word === ")") statements.pop();
    else if (isOperation(upper, at)) {
      statements.splice(-1, 1, true);
      found.push(word === "UPDATE" || word === "COPY" ? [word, ...tableAt(words, upper, at + 1, own)] : [word]);
    } else if (statements.at(-1) && announcesTable(upper, at)) found.at(-1)?.push(...tableAt(words, upper, at + 1, own));
  }
  // What reads from no table, or from one that the statement makes for itself, says nothing unless it is all.
  const told = found.filter(({ length }) => length > 1);
  if (told.length === 0) return found[0]?.[0] ?? "";
  return withinLength([...new Set(told.map((parts) => [...new Set(parts)].join(" ")))]);
}

function withinLength(parts: readonly string[]): string {
  const summary = parts.join(" ");
  return summary.length <= longestSummary ? summary : withinLength(parts.slice(0, -1));
}

/** `FOR UPDATE`, `DO UPDATE SET` and `ON DELETE` aren't statements. */
function isOperation(upper: readonly string[], at: number): boolean {
  const word = upper[at] ?? "";
  if (word === "SELECT" || !operations.has(word)) return word === "SELECT";
  const before = upper[at - 1];
  if (before === undefined || before === ";") return true;
  return (before === "(" || before === ")") && ["INSERT", "UPDATE", "DELETE", "MERGE"].includes(word);
}

const announcesTable = (upper: readonly string[], at: number): boolean =>
  ["JOIN", "INTO", "USING"].includes(upper[at] ?? "") || (upper[at] === "FROM" && upper[at - 1] !== "DISTINCT");

function tableAt(words: readonly string[], upper: readonly string[], at: number, own: ReadonlySet<string>): string[] {
  const from = beforeNames.has(upper[at] ?? "") ? at + 1 : at;
  const name = plainName(words[from]);
  if (name === undefined || noTables.has(name.toUpperCase())) return [];
  if (words[from + 1] === ".") {
    const second = plainName(words[from + 2]);
    return second === undefined || words[from + 3] === "(" ? [] : [`${name}.${second}`];
  }
  // What has parentheses behind it is a function, unless these are the columns to be filled.
  if ((words[from + 1] === "(" && !["INTO", "COPY"].includes(upper[at - 1] ?? "")) || own.has(name)) return [];
  return [name];
}

/** @returns the tables that the statement makes for itself: `WITH name AS (…)` */
function commonTables(words: readonly string[], upper: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const [at, word] of upper.entries()) {
    if (word !== "AS") continue;
    const after = upper[at + 1] === "NOT" ? at + 2 : at + 1;
    if (upper[upper[after] === "MATERIALIZED" ? after + 1 : after] !== "(") continue;
    const named = upper[at - 1] === ")" ? upper.lastIndexOf("(", at) - 1 : at - 1;
    const name = plainName(words[named]);
    if (name !== undefined) found.add(name);
  }
  return found;
}

/** @returns undefined for what could be anything, a value for instance */
const plainName = (word: string | undefined): string | undefined => word?.match(/^"?([A-Za-z_]\w*)"?$/)?.[1];
