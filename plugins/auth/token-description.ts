import { parameter } from "../../core";

/** Characters. */
const longest = 255;

/**
 * What a token is for, in its maker's words.
 * @param missing code of its absence
 */
export const description = (missing: string) =>
  parameter.text({ missing }).max(longest, `at most ${longest} characters`).meta({ example: "Release script" });
