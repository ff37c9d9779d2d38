import type { CharacterRange, GlobToken } from "./glob-tokens";

/**
 * How the part of the pattern before a token ended. Together with the token's index it is a state of a nondeterministic automaton;
 * all states that the path so far allows are followed at once, so no pattern makes matching backtrack.
 */
const contexts = [
  /** At the very start. */
  "begin",
  /** After a `/`. */
  "segmentStart",
  /** After the one or two `*` with which a segment starts: what follows decides what they mean. */
  "oneStar",
  "twoStars",
  /** Inside a run of characters that a `*` stands for. */
  "inStar",
  /** After a character of a segment. */
  "inside",
  /** Before, and inside of, a segment that a globstar stands for. */
  "globstar",
  "inSegment",
] as const;

type Context = (typeof contexts)[number];

/**
 * @param tokens of the pattern
 * @param path one element a character (code point)
 * @returns whether the pattern matches the whole path
 */
export function matchGlob(tokens: readonly GlobToken[], path: readonly string[]): boolean {
  let states = new StateSet();
  states.add(0, "begin");
  for (let position = 0; position <= path.length; position++) {
    const next = new StateSet();
    for (const [index, context] of states) {
      if (advance(tokens, index, context, path[position], states, next)) return true;
    }
    if (next.isEmpty) return false;
    states = next;
  }
  return false;
}

/** States in the order in which they were added, each once; going through them includes those added on the way. */
class StateSet {
  readonly #states = new Set<number>();

  get isEmpty(): boolean {
    return this.#states.size === 0;
  }

  add(index: number, context: Context): void {
    this.#states.add(index * contexts.length + contexts.indexOf(context));
  }

  *[Symbol.iterator](): Generator<[index: number, context: Context]> {
    for (const state of this.#states) {
      yield [Math.floor(state / contexts.length), contexts[state % contexts.length] ?? "begin"];
    }
  }
}

/**
 * Follows one state: what it allows before the next character goes to `now`, what it allows after it to `next`.
 * @param character the next one; undefined at the end of the path
 * @returns whether the whole path is known to match
 */
function advance(
  tokens: readonly GlobToken[],
  index: number,
  context: Context,
  character: string | undefined,
  now: StateSet,
  next: StateSet,
): boolean {
  const token = tokens[index];
  switch (context) {
    case "inStar":
      now.add(index, "inside");
      if (character !== undefined && character !== "/") next.add(index, "inStar");
      return false;
    case "globstar":
      now.add(index, "segmentStart");
      if (character !== ".") now.add(index, "inSegment");
      return false;
    case "inSegment":
      if (character !== undefined) next.add(index, character === "/" ? "globstar" : "inSegment");
      return false;
  }

  if (token?.kind === "jump") now.add(token.to, context);
  else if (token?.kind === "fork") for (const to of token.to) now.add(to, context);
  else if (context === "oneStar" && token?.kind === "star") now.add(index + 1, "twoStars");
  else if (context === "twoStars" && token?.kind === "slash") now.add(index + 1, "globstar");
  else if (context === "oneStar" || context === "twoStars") {
    // A leading dot is only matched by a dot of the pattern, so even an empty run can't come before one.
    if (character !== ".") now.add(index, "inStar");
  } else if (token === undefined) return context === "segmentStart" ? character !== undefined : character === undefined;
  else if (token.kind === "star") now.add(index + 1, context === "inside" ? "inStar" : "oneStar");
  else if (character !== undefined && accepts(token, character, context)) {
    next.add(index + 1, character === "/" ? "segmentStart" : "inside");
  }
  return false;
}

function accepts(token: GlobToken, character: string, context: Context): boolean {
  if (token.kind === "literal") return token.character === character;
  if (token.kind === "slash") return character === "/";
  if (character === "/" || (character === "." && context !== "inside")) return false;
  return token.kind === "any" || (token.kind === "set" && isMember(token.ranges, character) !== token.negated);
}

function isMember(ranges: readonly CharacterRange[], character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return ranges.some(([first, last]) => first <= code && code <= last);
}
