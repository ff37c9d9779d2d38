import type { Rule, SourceFile } from "./examined";

/** What a plugin's files make: by which function, and of which name. */
function made(files: readonly SourceFile[], maker: string): string[] {
  const calls = new RegExp(String.raw`\b${maker}\s*\(\s*["'\`]([\w.-]+)["'\`]`, "g");
  return files.flatMap(({ code }) => [...code.matchAll(calls)].map(([, name = ""]) => name));
}

const unlisted = (made: readonly string[], listed: readonly { readonly name: string }[]): string[] =>
  [...new Set(made)].filter((name) => !listed.some((entry) => entry.name === name));

/** Each has an owner then: what nobody lists can neither be filled or handled, nor read or told. */
export const ownsItsSlotsAndEvents: Rule = ({ plugin, files }) => [
  ...unlisted(made(files, String.raw`slot\s*\.\s*(?:one|all)`), plugin.slots ?? []).map(
    (name) => `It makes the slot ${name} and doesn't have it in the \`slots\` of its manifest.`,
  ),
  ...unlisted(made(files, "defineEvent"), plugin.events ?? []).map(
    (name) => `It makes the event ${name} and doesn't have it in the \`events\` of its manifest.`,
  ),
];
