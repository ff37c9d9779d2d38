import { afterAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { pgTable, text } from "drizzle-orm/pg-core";
import fc from "fast-check";
import { pino } from "pino";
import { createCipher } from "../../../../core/services/cipher/cipher";
import { encryptedColumn } from "../../../../core/services/cipher/encrypted-column";
import { type RotatedColumn, rotateColumn } from "../../../../core/services/cipher/rotate-column";
import { bytea, id } from "../../../../core/services/database/columns";
import { openDatabase } from "../../../../core/services/database/database";
import { createTestDatabase } from "../../../../testing/databases";

setDefaultTimeout(30_000);

const [former, next] = ["a".repeat(32), "b".repeat(32)] as const;
const [before, after] = [createCipher(former), createCipher(next, [former])] as const;
const idOf = (key: string) => createCipher(key).keyIds[0];
const cards = pgTable("cards", { id: id(), number: text("number").notNull(), pin: bytea("pin") });
const pins = encryptedColumn(cards, "pin", ["number"], ({ number }) => `platform:${number}`);

const database = await createTestDatabase();
const db = openDatabase({ url: database.url, poolSize: 5, log: pino({ level: "silent" }) });
await db.sql`
  CREATE TABLE cards (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text NOT NULL UNIQUE, pin bytea)`;
afterAll(async () => {
  await db.close();
  await database.drop();
});

const size = 500;
const numbers = Array.from({ length: size }, (_, n) => `n${n}`);
const write = async (number: string, pin: string, cipher = before) =>
  void (await db.sql`UPDATE cards SET pin = ${cipher.encrypt(pin, pins.context({ number }))} WHERE number = ${number}`);
const read = async (cipher = createCipher(next)): Promise<Record<string, string>> => {
  const rows = await db.sql<{ number: string; pin: Buffer }[]>`SELECT number, pin FROM cards WHERE pin IS NOT NULL ORDER BY id`;
  return Object.fromEntries(rows.map(({ number, pin }) => [number, cipher.decrypt(pin, pins.context({ number }))]));
};
const unhindered = { signal: new AbortController().signal, progress: (_done: number) => {} };
const rotate = (options = unhindered): Promise<RotatedColumn> => rotateColumn({ db, cipher: after }, pins, options);

beforeEach(async () => {
  const stored = numbers.map((number) => before.encrypt(number, pins.context({ number })).toString("hex"));
  await db.sql`TRUNCATE cards`;
  await db.sql`
    INSERT INTO cards (number, pin) SELECT number, decode(pin, 'hex') FROM unnest(${numbers}::text[], ${stored}::text[]) AS c (number, pin)`;
});

test("cut off at any point and done again, while old and new processes write and read, every value is the last that was written", async () => {
  const expected: Record<string, string> = Object.fromEntries(numbers.map((number) => [number, number]));
  let busy = true;
  const writers = [before, after].map(async (cipher, index) => {
    for (let n = index; busy; n = (n + 7 * 2) % size) {
      const number = `n${n}`;
      expected[number] = `changed by ${index}: ${crypto.randomUUID()}`;
      await write(number, expected[number], cipher);
    }
  });
  const reader = (async () => {
    while (busy) expect(Object.keys(await read(after))).toHaveLength(size);
  })();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), async (steps) => {
      let left = steps;
      const dies = () => {
        left -= 1;
        if (left === 0) throw new Error("the process dies");
      };
      const ended = await rotate({ ...unhindered, progress: dies }).catch((error: Error) => error.message);
      expect(typeof ended === "string" ? ended : "done").toMatch(/^(the process dies|done)$/);
    }),
    { numRuns: 8 },
  );
  busy = false;
  await Promise.all([...writers, reader]);
  const { keys, unreadable } = await rotate();
  expect({ keys, unreadable }).toEqual({ keys: { [idOf(next)]: size }, unreadable: 0 });
  expect(await read()).toEqual(expected);
});

test("two at once are in nobody's way", async () => {
  const both = await Promise.all([rotate(), rotate()]);
  expect(both.reduce((sum, { rotated }) => sum + rotated, 0)).toBe(size);
  expect(Object.keys(await read())).toHaveLength(size);
});

test("a row that somebody holds is neither waited for nor forgotten", async () => {
  const held = Promise.withResolvers<void>();
  const holding = db.transaction(async ({ sql }) => {
    await sql`SELECT FROM cards WHERE number = 'n7' FOR UPDATE`;
    await held.promise;
  });
  let told = 0;
  const { rotated, keys } = await rotate({
    ...unhindered,
    progress: (done) => {
      told = done;
      if (done === size - 1) held.resolve();
    },
  });
  await holding;
  expect([rotated, told, keys]).toEqual([size, size, { [idOf(next)]: size }]);
});

test("what can't be read stays byte for byte and is counted; rows without a value are left alone", async () => {
  const odd = Buffer.from("0200000000ff", "hex");
  await db.sql`UPDATE cards SET pin = ${odd} WHERE number = 'n1'`;
  await db.sql`UPDATE cards SET pin = (SELECT pin FROM cards WHERE number = 'n2') WHERE number = 'n3'`;
  await db.sql`UPDATE cards SET pin = NULL WHERE number = 'n4'`;
  const copied = await db.sql`SELECT pin FROM cards WHERE number = 'n3'`;
  expect(await rotate()).toEqual({
    table: "cards",
    column: "pin",
    rotated: size - 3,
    unreadable: 2,
    keys: { [idOf(next)]: size - 3, [idOf(former)]: 1, "00000000": 1 },
  });
  expect(await db.sql`SELECT pin FROM cards WHERE number IN ('n1', 'n3', 'n4') ORDER BY number`).toEqual([
    { pin: odd },
    ...copied,
    { pin: null },
  ] as never);
});

test("told to stop, it stops between two statements", async () => {
  const stopping = new AbortController();
  const stopped = rotate({ signal: stopping.signal, progress: () => stopping.abort(new Error("told to stop")) });
  expect(await stopped.catch((error: Error) => error.message)).toBe("told to stop");
  const keys = new Set((await db.sql<{ pin: Buffer }[]>`SELECT pin FROM cards`).map(({ pin }) => after.keyIdOf(pin)));
  expect([...keys].sort()).toEqual([idOf(former), idOf(next)].sort());
});
