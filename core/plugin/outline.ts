import { didYouMean } from "../did-you-mean";

/** What the parts of something from a plugin have to be: plugins may be written without types. */
export type Forms = Readonly<Record<string, Form>>;

interface Form {
  fits(value: unknown): boolean;
  /** What it has to be, in words: `a list of what route() returns`. */
  readonly words: string;
}

/**
 * Looks at what is there before anything of it is used.
 * @param say makes a sentence of a part that there isn't, with which there are, and of one that isn't what it has to be
 * @param required parts that can't be left out
 */
export function outlineMistakes(
  value: Readonly<Record<string, unknown>>,
  forms: Forms,
  say: { unknown(name: string): string; unfit(name: string, words: string): string },
  required: readonly string[] = [],
): string[] {
  const known = Object.keys(forms);
  const strange = Object.keys(value).filter((name) => !known.includes(name));
  const unfit = Object.entries(forms).filter(
    ([name, { fits }]) => (value[name] !== undefined || required.includes(name)) && !fits(value[name]),
  );
  return [
    ...strange.map((name) => `${say.unknown(name)}.${didYouMean(name, known)} There are: ${known.join(", ")}.`),
    ...unfit.map(([name, { words }]) => say.unfit(name, words)),
  ];
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";

export const aFunction = { fits: (value: unknown) => typeof value === "function", words: "a function" };
export const aText = { fits: isText, words: "a text" };

/** A list of objects that have all these properties. */
export const aList = (of: string, ...properties: readonly string[]): Form => ({
  fits: (value) =>
    Array.isArray(value) && value.every((entry) => isRecord(entry) && properties.every((property) => property in entry)),
  words: `a list of ${of}`,
});
