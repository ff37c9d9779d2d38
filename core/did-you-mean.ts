import { closestMatch } from "leven";

/**
 * Finds the name that was probably meant.
 * @returns ` Did you mean "NAME"?` to end a sentence with; empty when no known name is near
 */
export function didYouMean(name: string, known: readonly string[]): string {
  const wanted = name.toLowerCase();
  const nearest = closestMatch(
    wanted,
    known.map((candidate) => candidate.toLowerCase()),
    { maxDistance: Math.ceil(wanted.length / 3) },
  );
  const meant = known.find((candidate) => candidate.toLowerCase() === nearest);
  return meant === undefined ? "" : ` Did you mean "${meant}"?`;
}
