import { z } from "zod";

/** What a parameter's text is turned into before its schema sees it. */
export type ParameterKind = "text" | "integer" | "id" | "flag" | "structured";

/** The parameters of a request that are there, by name: scalars turned into their kind, forms not tested yet. */
export type GivenParameters = Readonly<Record<string, unknown>>;

/** What every parameter may declare. */
export interface ParameterOptions {
  /** Code of its absence; `request.malformed` unless given. */
  readonly missing?: string;
  /** Code of a value it can't accept; `request.malformed` unless given. In the path it is `not_found`, always. */
  readonly invalid?: string;
  /** An empty object is a value, although it has a `missing` code. */
  readonly keepEmptyObject?: boolean;
  /** Makes an optional parameter required when the others say so. */
  readonly when?: (given: GivenParameters) => boolean;
  /** Tests its form right after its absence, before the absence of later parameters. */
  readonly immediate?: boolean;
}

export interface ParameterRule extends ParameterOptions {
  readonly kind: ParameterKind;
  /** Blank text is a value; only an absent key, null, a list or an object is missing. */
  readonly keepBlank?: boolean;
  /** Replaces what can't be stored by U+FFFD instead of refusing the text. */
  readonly mend?: boolean;
}

/** Where the builders of `parameters.ts` leave what zod has no place for. Refined copies of a schema keep its rule. */
export const parameterRules = z.registry<ParameterRule>();
