/** What a report says of a line. `neutral`: there is nothing to run. */
export type LineKind = "neutral" | "ignored" | "missed" | "covered";

/** Something that isn't line data. */
export class InvalidLineData extends Error {
  override readonly name = "InvalidLineData";
}
