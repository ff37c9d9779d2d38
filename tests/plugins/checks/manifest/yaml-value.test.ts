import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseManifest } from "../../../../plugins/checks/manifest/parse-manifest";
import { readYaml, type YamlValue } from "../../../../plugins/checks/manifest/yaml-value";

function read(text: string): YamlValue {
  const result = readYaml(text);
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

function refusal(text: string): string {
  const result = readYaml(text);
  if (result.ok) throw new Error("the document was accepted");
  return result.reason;
}

const mapping = (entries: Record<string, YamlValue>): YamlValue => new Map(Object.entries(entries));

describe("scalars", () => {
  test.each(["true", "True", "TRUE", "yes", "Yes", "on", "ON"])("%s is true", (text) => {
    expect(read(text)).toBe(true);
  });

  test.each(["false", "False", "no", "No", "off", "OFF"])("%s is false", (text) => {
    expect(read(text)).toBe(false);
  });

  test.each([
    ["0", 0n],
    ["90", 90n],
    ["-7", -7n],
    ["+7", 7n],
    ["1_000", 1000n],
    ["0x1F", 31n],
    ["0o17", 15n],
    ["0b101", 5n],
    ["017", 17n],
    ["90.0", 90],
    ["0.1", 0.1],
    ["-.5", -0.5],
    ["1e3", 1000],
    ["1.", 1],
    [".inf", Number.POSITIVE_INFINITY],
    ["-.inf", Number.NEGATIVE_INFINITY],
    [".nan", Number.NaN],
  ])("%s is a number", (text, value) => {
    expect(read(text)).toBe(value);
  });

  test.each(["", "~", "null", "Null", "NULL"])("%p is null", (text) => {
    expect(read(text)).toBeNull();
  });

  test.each(["0.1.alpha", "y", "n", "truely", "12:30", "2024-01-01", "1.2.3", "_1", "v1", "0x", "nULL", "~/x"])(
    "%s is text",
    (text) => {
      expect(read(`[${text}]`)).toEqual([text]);
    },
  );

  test.each(["yes", "1", "~", "", "<<"])("a quoted %p is text", (text) => {
    expect(read(`"${text}"`)).toBe(text);
    expect(read(`'${text}'`)).toBe(text);
  });

  test("block scalars are text", () => {
    expect(read("|\n  1\n")).toBe("1\n");
  });

  test("a version of YAML's own doesn't change what they mean", () => {
    expect(read("%YAML 1.1\n---\n[yes, y, 017]")).toEqual([true, "y", 17n]);
  });
});

describe("tags", () => {
  test("of the core schema are followed", () => {
    expect(read('[!!str 90, !!int "90", !!bool yes, !!null ~, !!float "1.5"]')).toEqual(["90", 90n, true, null, 1.5]);
    expect(read("!!map {a: !!seq [b]}")).toEqual(mapping({ a: ["b"] }));
  });

  test.each([
    "!custom x",
    "!ruby/object:Foo {}",
    "! x",
    "!!binary aGk=",
    "!!set {a}",
    "!!timestamp 2024-01-01",
    "!<tag:x.org,1:y> [a]",
  ])("others are refused: %s", (text) => {
    expect(refusal(text)).toContain("tag");
  });

  test("that don't fit their value are refused", () => {
    expect(refusal("a: !!int text")).toBe("line 1, column 10: the value doesn't fit its tag");
    expect(refusal("!!str [a]")).toContain("tag");
  });
});

describe("aliases", () => {
  test("stand for what their anchor holds", () => {
    expect(read("a: &x [1]\nb: *x\nc: *x")).toEqual(mapping({ a: [1n], b: [1n], c: [1n] }));
  });

  test("take the last anchor of that name before them", () => {
    expect(read("[&x 1, *x, &x 2, *x]")).toEqual([1n, 1n, 2n, 2n]);
  });

  test("without an anchor, or inside of their own, are refused", () => {
    expect(refusal("a: *x")).toContain("no anchor before it");
    expect(refusal("&x [*x]")).toContain("no anchor before it");
    expect(refusal("[&x 1, &x [*x]]")).toContain("no anchor before it");
  });

  test("that double what came before, line by line, are refused", () => {
    const lines = ["a0: &a0 [lol, lol]"];
    for (let level = 1; level <= 60; level++) lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
    expect(refusal(lines.join("\n"))).toContain("makes the document too large");
  });

  test("that repeat one large text are refused", () => {
    const text = `a: &a ${"x".repeat(500_000)}\nb: [${"*a, ".repeat(10)}]`;
    expect(refusal(text)).toContain("makes the document too large");
  });

  test("of a hundred checks with the same environment are fine", () => {
    const variables = Array.from({ length: 50 }, (_, index) => `V${index}: "value ${index}"`).join(", ");
    const checks = Array.from({ length: 100 }, (_, index) => `- { plugin: p${index}, envs: *e }`);
    const text = `version: 0.1.alpha\ndefaults: { checks: { envs: &e { ${variables} } } }\nchecks:\n${checks.join("\n")}`;
    expect(parseManifest(text).ok).toBe(true);
  });
});

describe("mappings", () => {
  test.each(["a: 1\na: 2", "{a: 1, 'a': 2}", "1: a\n0x1: b", "~: a\n: b", "a: &a {}\n<<: *a\n<<: *a"])(
    "refuse repeated keys: %p",
    (text) => {
      expect(refusal(text)).toContain("is repeated");
    },
  );

  test("merge others with <<, whose keys they may replace", () => {
    const text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {y: 4, <<: [{z: 5, x: 6}, *a]}";
    expect(read(text)).toEqual(
      mapping({
        a: mapping({ x: 1n, y: 2n }),
        b: mapping({ x: 1n, y: 3n }),
        c: mapping({ y: 4n, z: 5n, x: 6n }),
      }),
    );
  });

  test("merge nothing but mappings", () => {
    expect(refusal("<<: text")).toContain("only mappings can be merged");
    expect(refusal("<<: [{}, 1]")).toContain("only mappings can be merged");
  });

  test("keep a quoted << as a key", () => {
    expect(read('"<<": 1')).toEqual(mapping({ "<<": 1n }));
  });

  test("keep names that mean something to JavaScript", () => {
    expect(read("__proto__: {a: 1}\nconstructor: 2")).toEqual(
      new Map<YamlValue, YamlValue>([
        ["__proto__", mapping({ a: 1n })],
        ["constructor", 2n],
      ]),
    );
  });
});

describe("documents", () => {
  test("are one a file", () => {
    expect(read("---\na\n...\n")).toBe("a");
    expect(refusal("a: 1\n---\nb: 2")).toContain("multiple documents");
  });

  test("that aren't YAML are refused with line and column", () => {
    expect(refusal("a: 1\nb: [")).toStartWith("line 2, column ");
  });

  test("nested too deeply are refused", () => {
    expect(refusal("[".repeat(500_000))).toBeString();
    expect(refusal("[".repeat(200) + "]".repeat(200))).toContain("levels deep");
    expect(refusal("- ".repeat(200))).toContain("levels deep");
  });

  test("with a hundred thousand keys are read", () => {
    const text = Array.from({ length: 100_000 }, (_, index) => `k${index}:`).join("\n");
    expect(read(text)).toHaveProperty("size", 100_000);
  });
});

describe("whatever the file holds", () => {
  const syntax = fc.constantFrom(
    "version: ",
    '"0.1.alpha"',
    "checks:",
    "\n",
    "  ",
    "- ",
    ": ",
    "plugin: ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a ",
    "*a",
    "!!str ",
    "!x ",
    "<<",
    "|",
    ">",
    '"',
    "'",
    "#",
    "---",
    "...",
    "%",
    "?",
    "@",
    "~",
    "1",
    "yes",
    "envs",
    "\t",
    "\0",
    "\uFEFF",
    "\\",
  );

  test("text made of YAML's own signs gives a manifest or an error", () => {
    fc.assert(
      fc.property(fc.array(syntax, { maxLength: 60 }), (parts) => {
        expect(parseManifest(parts.join("")).ok).toBeBoolean();
      }),
      { numRuns: 2000 },
    );
  });

  test("any text and any bytes give a manifest or an error", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => expect(parseManifest(text).ok).toBeBoolean()));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expect(parseManifest(bytes).ok).toBeBoolean()));
  });
});
