/** One step of a parsed pattern. Indexes point into the pattern's tokens. */
export type GlobToken =
  | { readonly kind: "literal"; readonly character: string }
  | { readonly kind: "slash" | "star" | "any" }
  | { readonly kind: "set"; readonly negated: boolean; readonly ranges: readonly CharacterRange[] }
  /** The start of alternatives: matching goes on at each of these. */
  | { readonly kind: "fork"; readonly to: readonly number[] }
  /** The end of an alternative. */
  | { readonly kind: "jump"; readonly to: number };

/** Code points, both included. */
export type CharacterRange = readonly [first: number, last: number];

/** Brackets and braces that aren't closed stand for themselves, as does a comma outside of braces. */
export function parseGlob(pattern: string): readonly GlobToken[] {
  const characters = Array.from(pattern);
  const tokens: GlobToken[] = [];
  const groups: Group[] = [];
  const open: Group[] = [];
  let setsClose = true;

  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "\\" && at + 1 < characters.length) {
      at++;
      tokens.push({ kind: "literal", character: characters[at] ?? "" });
      continue;
    }
    if (character === "[" && setsClose) {
      const set = parseSet(characters, at);
      // No set after this one closes either; looking again for each would take quadratic time.
      if (set === null) setsClose = false;
      else {
        tokens.push(set.token);
        at = set.end;
        continue;
      }
    }
    if (character === "{") open.push({ start: tokens.length, commas: [], end: 0 });
    else if (character === ",") open.at(-1)?.commas.push(tokens.length);
    else if (character === "}") {
      const group = open.pop();
      if (group) groups.push({ ...group, end: tokens.length });
    }
    tokens.push(simpleToken(character));
  }

  for (const group of groups) link(tokens, group);
  return tokens;
}

/** The places of the tokens that stand for `{`, `,` and `}`. */
interface Group {
  readonly start: number;
  readonly commas: number[];
  readonly end: number;
}

function link(tokens: GlobToken[], { start, commas, end }: Group): void {
  tokens[start] = { kind: "fork", to: [start, ...commas].map((separator) => separator + 1) };
  for (const separator of [...commas, end]) tokens[separator] = { kind: "jump", to: end + 1 };
}

function simpleToken(character: string): GlobToken {
  if (character === "/") return { kind: "slash" };
  if (character === "*") return { kind: "star" };
  if (character === "?") return { kind: "any" };
  return { kind: "literal", character };
}

/**
 * @param start index of the `[`
 * @returns the set and the index of its `]`, or null when there is none; a `]` that comes first is a member
 */
function parseSet(characters: readonly string[], start: number): { token: GlobToken; end: number } | null {
  const negated = characters[start + 1] === "!" || characters[start + 1] === "^";
  const first = start + (negated ? 2 : 1);
  const ranges: CharacterRange[] = [];
  let at = first;

  const member = (): number => {
    if (characters[at] === "\\" && at + 1 < characters.length) at++;
    return characters[at++]?.codePointAt(0) ?? 0;
  };

  while (at < characters.length) {
    if (characters[at] === "]" && at > first) return { token: { kind: "set", negated, ranges }, end: at };
    const low = member();
    const isRange = characters[at] === "-" && at + 1 < characters.length && characters[at + 1] !== "]";
    if (isRange) at++;
    ranges.push([low, isRange ? member() : low]);
  }
  return null;
}
