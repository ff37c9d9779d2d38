/** What a report may say of a line. `neutral`: there is nothing to run. */
export const lineKinds = ["neutral", "ignored", "missed", "covered"] as const;

export type LineKind = (typeof lineKinds)[number];

/** Something that isn't line data. */
export class InvalidLineData extends Error {
  override readonly name = "InvalidLineData";
}
