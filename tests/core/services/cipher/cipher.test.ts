import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createCipher } from "../../../../core/services/cipher/cipher";

const key = "0123456789abcdef0123456789abcdef";
const otherKey = "fedcba9876543210fedcba9876543210";
const context = "users.github_token:platform:7";

describe("the stored form that is written", () => {
  test("gives any text back", () => {
    const cipher = createCipher(key);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, place) => {
        expect(cipher.decrypt(cipher.encrypt(text, place), place)).toBe(text);
      }),
    );
  });

  test("is read as the description of its form says, by a value that Python and OpenSSL made", () => {
    const parts = [
      "023eb1bd43",
      "cd".repeat(16),
      "9d511b8a555c08478cd48f3f912b1060",
      "24a610ddadd542fe8dfb8a8389859fc4a28524f03cae6acbef5452e391ca7eba",
    ];
    expect(createCipher(key).decrypt(Buffer.from(parts.join(""), "hex"), context)).toBe("hunter2");
  });

  test("starts with its marker and the first four bytes of the key's SHA-256", () => {
    const stored = createCipher(key).encrypt("hunter2", context);
    expect(stored[0]).toBe(2);
    expect(stored.subarray(1, 5)).toEqual(new Bun.CryptoHasher("sha256").update(key).digest().subarray(0, 4));
  });

  test("is refused when any one bit was flipped", () => {
    const cipher = createCipher(key);
    const stored = cipher.encrypt("the quick brown fox", context);
    for (let bit = 0; bit < stored.length * 8; bit++) {
      const damaged = Buffer.from(stored);
      const at = bit >> 3;
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (bit & 7));
      expect(() => cipher.decrypt(damaged, context)).toThrow(context);
    }
  });

  test("doesn't decrypt in another row", () => {
    const cipher = createCipher(key);
    expect(() => cipher.decrypt(cipher.encrypt("x", context), "users.github_token:platform:8")).toThrow(
      "belongs to another row",
    );
  });

  test("is refused in any other row, under any other key, with any bytes changed", () => {
    const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), hex, fc.nat(), fc.integer({ min: 1, max: 255 }), (text, ...rest) => {
        const [place, otherPlace, another, position, change] = rest;
        const stored = createCipher(key).encrypt(text, place);
        if (otherPlace !== place) expect(() => createCipher(key).decrypt(stored, otherPlace)).toThrow("another row");
        if (another !== key) expect(() => createCipher(another).decrypt(stored, place)).toThrow("none of the configured keys");
        const at = position % stored.length;
        stored[at] = (stored[at] ?? 0) ^ change;
        expect(() => createCipher(key).decrypt(stored, place)).toThrow("can't be read");
      }),
    );
  });

  test("never repeats for the same text", () => {
    const cipher = createCipher(key);
    expect(cipher.encrypt("x", context)).not.toEqual(cipher.encrypt("x", context));
  });
});

describe("the form of earlier installations", () => {
  const stored = Buffer.from("10abababababababababababababababab" + "b4e997681d57a8c6308e0eb5c677cad5", "hex");

  test("is read under the current key and under previous ones", () => {
    expect(createCipher(key).decrypt(stored, context)).toBe("hunter2");
    expect(createCipher(otherKey, [key]).decrypt(stored, context)).toBe("hunter2");
  });

  test("isn't current, so that rotation turns it into the form that is written", () => {
    expect(createCipher(key).isCurrent(stored)).toBe(false);
  });

  test("is refused when no key fits, without showing the content", () => {
    expect(() => createCipher(otherKey).decrypt(stored, context)).toThrow("none of the configured keys fits");
  });
});

test("a value under a previous key is read, but isn't current", () => {
  const old = createCipher(otherKey).encrypt("x", context);
  const cipher = createCipher(key, [otherKey]);
  expect(cipher.decrypt(old, context)).toBe("x");
  expect(cipher.isCurrent(old)).toBe(false);
  expect(cipher.isCurrent(cipher.encrypt("x", context))).toBe(true);
});

test("a value under a key that isn't configured is an error naming the place", () => {
  const old = createCipher(otherKey).encrypt("x", context);
  expect(() => createCipher(key).decrypt(old, context)).toThrow(context);
});

test("bytes in no known form are refused, whatever they are", () => {
  const cipher = createCipher(key);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => cipher.decrypt(bytes, context)).toThrow(context);
    }),
  );
});

test("a keyed hash is the same for the same text, and another one in another context or under another key", () => {
  const hash = createCipher(key).keyedHash("hunter2", context).toString("hex");
  expect(createCipher(key, [otherKey]).keyedHash("hunter2", context).toString("hex")).toBe(hash);
  const others = [
    createCipher(key).keyedHash("hunter3", context),
    createCipher(key).keyedHash("hunter2", `${context}x`),
    createCipher(otherKey, [key]).keyedHash("hunter2", context),
  ];
  expect(new Set([hash, ...others.map((other) => other.toString("hex"))]).size).toBe(4);
});

test("a secret for a purpose is the same in all processes with a key, and another one for each purpose and key", () => {
  const secrets = [key, otherKey].flatMap((one) =>
    ["a", "b"].map((purpose) => createCipher(one).secretFor(purpose).toString("hex")),
  );
  expect(secrets[0]).toBe(createCipher(key, [otherKey]).secretFor("a").toString("hex"));
  expect(secrets.map(({ length }) => length)).toEqual([64, 64, 64, 64]);
  expect(new Set(secrets).size).toBe(4);
});
