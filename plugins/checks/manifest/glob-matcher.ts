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

const contextNumbers: Readonly<Record<Context, number>> = {
  begin: 0,
  segmentStart: 1,
  oneStar: 2,
  twoStars: 3,
  inStar: 4,
  inside: 5,
  globstar: 6,
  inSegment: 7,
};

/**
 * @param tokens of the pattern
 * @returns tells whether the pattern matches a whole path, of which it takes one element a character (code point)
 */
export function globMatcher(tokens: readonly GlobToken[]): (path: readonly string[]) => boolean {
  let states = createStateSet(tokens.length);
  let next = createStateSet(tokens.length);
  return (path) => {
    states.clear();
    states.add(0, "begin");
    for (let position = 0; position <= path.length; position++) {
      next.clear();
      for (let at = 0; at < states.size(); at++) {
        const [index, context] = states.at(at);
        if (advance(tokens, index, context, path[position], states, next)) return true;
      }
      if (next.size() === 0) return false;
      [states, next] = [next, states];
    }
    return false;
  };
}

/** States in the order in which they were added, each once; more may be added while they are gone through. */
interface StateSet {
  size(): number;
  at(position: number): readonly [index: number, context: Context];
  add(index: number, context: Context): void;
  clear(): void;
}

/** Of fixed size, since patterns with thousands of states are matched against thousands of paths. */
function createStateSet(tokens: number): StateSet {
  const capacity = (tokens + 1) * contexts.length;
  const order = new Uint32Array(capacity);
  const addedIn = new Uint32Array(capacity);
  let round = 1;
  let size = 0;
  return {
    size: () => size,
    at(position) {
      const state = order[position] ?? 0;
      return [Math.floor(state / contexts.length), contexts[state % contexts.length] ?? "begin"];
    },
    add(index, context) {
      const state = index * contexts.length + contextNumbers[context];
      if (addedIn[state] === round) return;
      addedIn[state] = round;
      order[size++] = state;
    },
    clear() {
      round++;
      size = 0;
    },
  };
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
