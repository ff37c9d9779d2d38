import { didYouMean } from "../did-you-mean";

/** What the parts of something from a plugin have to be: plugins may be written without types. */
export type Forms = Readonly<Record<string, Form>>;

interface Form {
  fits(value: unknown): boolean;
  /** What it has to be, in words: `a list of what route() returns`. */
  readonly words: string;
}

/** What is wrong with the parts of something. */
export interface Outline {
  /** Parts that there aren't, each with the sentences that say which was meant and which there are. */
  readonly unknown: readonly { readonly name: string; readonly known: string }[];
  /** Parts that aren't what they have to be. */
  readonly unfit: readonly { readonly name: string; readonly words: string }[];
}

/** @param required parts that can't be left out */
export function outlineOf(value: Readonly<Record<string, unknown>>, forms: Forms, required: readonly string[] = []): Outline {
  const known = Object.keys(forms);
  return {
    unknown: Object.keys(value)
      .filter((name) => !known.includes(name))
      .map((name) => ({ name, known: `${didYouMean(name, known)} There are: ${known.join(", ")}.` })),
    unfit: Object.entries(forms)
      .filter(([name, { fits }]) => (value[name] !== undefined || required.includes(name)) && !fits(value[name]))
      .map(([name, { words }]) => ({ name, words })),
  };
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
