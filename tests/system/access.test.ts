import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ask } from "./world/access/ask";
import { type Caller, callersOf } from "./world/access/callers";
import type { Casting, Role } from "./world/access/casting";
import { databaseStates } from "./world/access/database-state";
import { accessTable, type Entry, type ServiceScope } from "./world/access/table";
import { type Level, levels, type PersonalScope, verdict } from "./world/access/verdict";
import { routeKey, useAccessWorld } from "./world/access/world";

const world = await useAccessWorld();
const stateOfDatabase = await databaseStates(world.platform.db);
const served = accessTable.filter(({ method, path }) => world.isServed(method, path));
const personalScopes = ["read", "write", "admin"] as const satisfies PersonalScope[];
const serviceScopes = ["all", "worker", "cache", "badges", "metrics"] as const satisfies ServiceScope[];
const repositories = world.repositories.map((_, at) => at);

/** One of each kind, in every repository, and tokens with each scope. */
const oneOfEach: Casting = {
  people: [
    role([null, null, null]),
    role(["user", "user", "user"]),
    role(["maintainer", "maintainer", "maintainer"]),
    role(["admin", "admin", "admin"]),
    { ...role([null, null, null]), admin: true },
  ],
  services: serviceScopes.map((scope) => [scope]),
};

const someRole: fc.Arbitrary<Role> = fc.record({
  admin: fc.boolean(),
  levels: fc.array(fc.option(fc.constantFrom(...levels), { freq: 3 }), { minLength: 3, maxLength: 3 }),
  scopes: fc.array(fc.uniqueArray(fc.constantFrom(...personalScopes), { minLength: 1 }), { minLength: 3, maxLength: 3 }),
});
const someCasting: fc.Arbitrary<Casting> = fc.record({
  people: fc.array(someRole, { minLength: 3, maxLength: 3 }),
  services: fc.array(fc.uniqueArray(fc.constantFrom(...serviceScopes), { minLength: 1 }), { minLength: 5, maxLength: 5 }),
});

function role(levels: readonly (Level | null)[]): Role {
  return { admin: false, levels, scopes: personalScopes.map((scope) => [scope]) };
}

const isRefusal = (code: string | null) => code?.startsWith("auth.") === true;
const nameOf = ({ method, path }: Entry) => `${method} ${path}`;

/** Asks as somebody the table refuses. @returns what went another way than it says, in words */
async function asRefused(entry: Entry, caller: Caller, at: number): Promise<string[]> {
  const expected = verdict(entry, caller.credential(at));
  if (!expected) return [];
  const { status, code, text } = await ask(world, entry, caller, at);
  const wrong = status !== expected.status || code !== expected.code;
  return [
    ...(wrong ? [`${nameOf(entry)} as ${caller.label}: ${status} ${code}, not ${expected.status} ${expected.code}`] : []),
    ...leaks(entry, caller, text),
  ];
}

/** Reads as somebody the table allows it. */
async function asReader(entry: Entry, caller: Caller, at: number): Promise<string[]> {
  if (verdict(entry, caller.credential(at)) || entry.method !== "GET") return [];
  const { status, code, text } = await ask(world, entry, caller, at);
  const wrong = !(entry.success ?? [200]).includes(status);
  return [
    ...(wrong ? [`${nameOf(entry)} as ${caller.label}: ${status} ${code}, not ${entry.success ?? 200}`] : []),
    ...leaks(entry, caller, text),
  ];
}

/** What the answer tells of repositories that the caller doesn't see. */
function leaks(entry: Entry, caller: Caller, text: string): string[] {
  const told = world.repositories.flatMap(({ name, marks }, at) => {
    const kept = entry.showsOrganization ? marks : [name, ...marks];
    return caller.sees(at) ? [] : kept.filter((mark) => text.includes(mark));
  });
  return told.map((mark) => `${nameOf(entry)} as ${caller.label} tells of ${mark}`);
}

/** Goes through the whole table as everybody of a casting, each entry about one of the repositories. */
async function mistakesWith(casting: Casting, repositoryOf: (index: number) => number): Promise<string[]> {
  await world.cast(casting);
  const callers = callersOf(world, casting);
  const mistakes: string[] = [];
  let before = await stateOfDatabase();
  for (const [index, entry] of served.entries()) {
    const at = repositoryOf(index);
    const asked = await Promise.all(callers.map((caller) => asRefused(entry, caller, at)));
    const after = await stateOfDatabase();
    const changed = [...after].filter(([table, state]) => before.get(table) !== state).map(([table]) => table);
    if (changed.length > 0) mistakes.push(`${nameOf(entry)} changed ${changed} for somebody it should refuse`);
    const read = await Promise.all(callers.map((caller) => asReader(entry, caller, at)));
    mistakes.push(...asked.flat(), ...read.flat());
    before = await stateOfDatabase();
  }
  return mistakes;
}

test("every route of the platform stands in the table, once", () => {
  const keys = accessTable.map(({ method, path }) => routeKey(method, path));
  const twice = keys.filter((key, at) => keys.indexOf(key) !== at);
  // One that names a repository by its name, and by its id for programs, has two entries.
  expect(twice.filter((key) => !key.endsWith("commits/{}/checks"))).toEqual([]);
  expect([...world.served].filter((route) => !keys.includes(route))).toEqual([]);
});

describe("no route shows or changes what the table doesn't allow", () => {
  test("for one of each kind of caller", async () => {
    expect(await mistakesWith(oneOfEach, (index) => index % repositories.length)).toEqual([]);
  }, 180_000);

  test("for whatever members, levels and scopes", async () => {
    const offset = fc.constantFrom(...repositories);
    await fc.assert(
      fc.asyncProperty(someCasting, offset, async (casting, first) => {
        expect(await mistakesWith(casting, (index) => (index + first) % repositories.length)).toEqual([]);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  }, 180_000);
});

describe("what the table allows", () => {
  const rank = ({ destroys }: Entry) => (destroys === undefined ? 0 : destroys === "item" ? 1 : 2);
  const changing = served
    .filter(({ method, who }) => method !== "GET" && who !== "signature")
    .toSorted((a, b) => rank(a) - rank(b));
  const endings = changing.filter((entry) => rank(entry) === 2);

  test.each(changing.map((entry, index) => [nameOf(entry), entry, index] as const))(
    "%s does for everybody it is for",
    async (_name, entry, index) => {
      // What others caused before, permissions taken from GitHub say, is over then.
      await world.platform.idle();
      await world.cast(oneOfEach);
      const at = rank(entry) === 2 ? 1 + endings.indexOf(entry) : 0;
      const allowed = callersOf(world, oneOfEach).filter((caller) => verdict(entry, caller.credential(at)) === null);
      const [first, ...others] = [...allowed.slice(index % allowed.length), ...allowed.slice(0, index % allowed.length)];
      if (!first) throw new Error("the table allows it to nobody");
      const { status, code, text } = await ask(world, entry, first, at);
      const done = entry.success ? entry.success.includes(status) : !isRefusal(code);
      expect([first.label, status, text, done]).toEqual([first.label, status, text, true]);
      const answers = await Promise.all(others.map((caller) => ask(world, entry, caller, at)));
      expect(answers.filter(({ code }) => isRefusal(code))).toEqual([]);
    },
  );
});
