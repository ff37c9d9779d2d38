import { describe, expect, test } from "bun:test";
import { manifestErrorKinds } from "../../../../plugins/checks/manifest/manifest";
import { parseManifest } from "../../../../plugins/checks/manifest/parse-manifest";

const version = 'version: "0.1.alpha"';

function accepted(text: string) {
  const result = parseManifest(text);
  if (!result.ok) throw new Error(`${result.kind}: ${result.details}`);
  return result.manifest;
}

function refused(text: string | Uint8Array) {
  const result = parseManifest(text);
  if (result.ok) throw new Error("the manifest was accepted");
  return { kind: result.kind, details: result.details };
}

/** Details of a manifest that is right but for the lines given. */
function invalid(...lines: string[]) {
  const { kind, details } = refused([version, ...lines].join("\n"));
  expect(kind).toBe("manifest_invalid_or_missing_data");
  return details;
}

describe("a valid manifest", () => {
  test("needs nothing but its version", () => {
    expect(accepted(version)).toEqual({ checks: [], excludePaths: [], minPercent: null });
  });

  test("gives all it holds", () => {
    const manifest = accepted(`
version: 0.1.alpha
coverage: { min_percent: 90 }
exclude_paths: [coverage/, "**/*.min.js"]
checks:
  - plugin: ghcr.io/cocov/rubocop:v0.1
    envs: { TEST: "true" }
    mounts: [{ source: "secrets:FOO", destination: ~/test }]
  - plugin: cocov/brakeman
`);
    expect(manifest).toEqual({
      excludePaths: ["coverage/", "**/*.min.js"],
      minPercent: 90,
      checks: [
        {
          plugin: "ghcr.io/cocov/rubocop:v0.1",
          pluginName: "cocov/rubocop",
          envs: { TEST: "true" },
          mounts: [{ source: { kind: "secret", name: "FOO" }, destination: "~/test" }],
        },
        { plugin: "cocov/brakeman", pluginName: "cocov/brakeman", envs: null, mounts: null },
      ],
    });
  });

  test.each([
    "coverage:",
    "coverage: { min_percent: null }",
    "exclude_paths: ~",
    "defaults: null",
    "defaults: { checks: null }",
    "defaults: { checks: { envs: null, mounts: ~ } }",
    "checks:",
    "checks: []",
  ])("takes null or nothing for an optional field: %s", (line) => {
    expect(accepted(`${version}\n${line}`)).toEqual(accepted(version));
  });

  test("takes null for a check's envs and mounts", () => {
    const [check] = accepted(`${version}\nchecks: [{ plugin: a/b, envs: null, mounts: null }]`).checks;
    expect(check).toEqual({ plugin: "a/b", pluginName: "a/b", envs: null, mounts: null });
  });

  test("may be bytes, with or without a byte order mark", () => {
    const bytes = new TextEncoder().encode(version);
    expect(parseManifest(bytes).ok).toBe(true);
    expect(parseManifest(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes])).ok).toBe(true);
  });

  test("may have names that mean something to JavaScript as environment variables", () => {
    const [check] = accepted(`${version}\nchecks: [{ plugin: a/b, envs: { __proto__: x, constructor: z } }]`).checks;
    expect(JSON.stringify(check?.envs)).toBe('{"__proto__":"x","constructor":"z"}');
  });
});

describe("kinds of errors", () => {
  test.each(["- a", "text", "", "# nothing", "42", "~"])("a root that isn't a mapping: %p", (text) => {
    expect(refused(text)).toEqual({ kind: "manifest_root_must_be_mapping", details: null });
  });

  test.each(["checks: []", "version:", 'version: ""', 'version: "  "'])("no version: %p", (text) => {
    expect(refused(text)).toEqual({ kind: "manifest_missing_version", details: null });
  });

  test.each(["0.1", "1", "yes", "false", "[]", "{}"])("a version that isn't text: %s", (value) => {
    expect(refused(`version: ${value}`)).toEqual({ kind: "manifest_version_type_mismatch", details: null });
  });

  test.each(["0.2", "0.1.ALPHA", " 0.1.alpha"])("an unknown version: %p", (value) => {
    expect(refused(`version: "${value}"`)).toEqual({ kind: "manifest_version_unsupported", details: null });
  });

  test("text that isn't YAML comes before everything else", () => {
    const { kind, details } = refused("version: [0.1\nchecks: ]");
    expect(kind).toBe("manifest_invalid_or_missing_data");
    expect(details).toStartWith("line ");
  });

  test("bytes that aren't UTF-8 are invalid data", () => {
    expect(refused(new Uint8Array([0x76, 0xff, 0xfe])).kind).toBe("manifest_invalid_or_missing_data");
  });

  test("a file over 1 MiB is invalid data, one of exactly 1 MiB is read", () => {
    const full = `${version}\n#${"x".repeat(1024 * 1024 - version.length - 2)}`;
    expect(accepted(full).checks).toEqual([]);
    expect(refused(`${full}x`).kind).toBe("manifest_invalid_or_missing_data");
    expect(refused(new TextEncoder().encode(`${full}x`)).kind).toBe("manifest_invalid_or_missing_data");
    expect(refused(`${full.slice(0, -1)}é`).kind).toBe("manifest_invalid_or_missing_data");
  });

  test("the version is tested before the rest", () => {
    expect(refused("version: 1\nchecks: 2").kind).toBe("manifest_version_type_mismatch");
    expect(refused("version: x\nunknown: 2").kind).toBe("manifest_version_unsupported");
  });

  test("wrong data anywhere is found before wrong mounts", () => {
    const mounts = "defaults: { checks: { mounts: [{ source: x, destination: y }] } }";
    expect(invalid(mounts, "checks: [{ plugin: 1 }]")).toStartWith("checks.0.plugin");
    expect(invalid(mounts, "checks: [{ plugin: a/b }, { plugin: a/b }]")).toStartWith("checks.1.plugin");
  });

  test("are declared in the order of testing, with those that keep details", () => {
    const kinds = Object.entries(manifestErrorKinds).map(([kind, { details }]) => [kind, details]);
    expect(kinds).toEqual([
      ["commit_fetch_failed", true],
      ["manifest_root_must_be_mapping", false],
      ["manifest_missing_version", false],
      ["manifest_version_type_mismatch", false],
      ["manifest_version_unsupported", false],
      ["manifest_invalid_or_missing_data", true],
      ["manifest_duplicated_mount_destination", true],
      ["manifest_invalid_mount_source", true],
      ["manifest_unknown_secret", true],
    ]);
  });
});

describe("invalid data", () => {
  test.each([
    ["coverage: 90", "coverage"],
    ["coverage: { min_percent: 90.5 }", "coverage.min_percent"],
    ["coverage: { min_percent: 90.0 }", "coverage.min_percent"],
    ['coverage: { min_percent: "90" }', "coverage.min_percent"],
    ["coverage: { min_percent: yes }", "coverage.min_percent"],
    ["coverage: { min_percent: 99999999999999999999999999999999999999999 }", "coverage.min_percent"],
    ["exclude_paths: coverage/", "exclude_paths"],
    ["exclude_paths: { a: b }", "exclude_paths"],
    ['exclude_paths: [a, " "]', "exclude_paths.1"],
    ["exclude_paths: [1]", "exclude_paths.0"],
    ["exclude_paths: [~]", "exclude_paths.0"],
    ["defaults: []", "defaults"],
    ["defaults: { checks: x }", "defaults.checks"],
    ["defaults: { checks: { envs: [A] } }", "defaults.checks.envs"],
    ["defaults: { checks: { envs: { A: 1 } } }", "defaults.checks.envs.A"],
    ["defaults: { checks: { mounts: {} } }", "defaults.checks.mounts"],
    ["defaults: { checks: { mounts: [x] } }", "defaults.checks.mounts.0"],
    ["checks: { plugin: a }", "checks"],
    ["checks: text", "checks"],
    ["checks: [a/b]", "checks.0"],
    ["checks: [~]", "checks.0"],
    ["checks: [{}]", "checks.0.plugin"],
    ["checks: [{ plugin: a }, { plugin: ~ }]", "checks.1.plugin"],
    ['checks: [{ plugin: a }, { plugin: " " }]', "checks.1.plugin"],
    ["checks: [{ plugin: [] }]", "checks.0.plugin"],
    ['checks: [{ plugin: ":v1" }]', "checks.0.plugin"],
    ['checks: [{ plugin: "a\\0" }]', "checks.0.plugin"],
    ["checks: [{ plugin: a, envs: text }]", "checks.0.envs"],
    ["checks: [{ plugin: a, envs: { A: true } }]", "checks.0.envs.A"],
    ["checks: [{ plugin: a, envs: { A: } }]", "checks.0.envs.A"],
    ["checks: [{ plugin: a, envs: { A: [x] } }]", "checks.0.envs.A"],
    ["checks: [{ plugin: a, envs: { 1: x } }]", "checks.0.envs.1"],
    ["checks: [{ plugin: a, envs: { on: x } }]", "checks.0.envs.true"],
    ["checks: [{ plugin: a, mounts: text }]", "checks.0.mounts"],
    ["checks: [{ plugin: a, mounts: [{ source: secrets:A }] }]", "checks.0.mounts.0.destination"],
    ['checks: [{ plugin: a, mounts: [{ source: secrets:A, destination: "" }] }]', "checks.0.mounts.0.destination"],
    ["checks: [{ plugin: a, mounts: [{ destination: x }] }]", "checks.0.mounts.0.source"],
  ])("%s is reported at %s", (line, path) => {
    expect(invalid(line)).toStartWith(`${path}: `);
  });

  test.each([
    ["unknown: 1", "unknown"],
    ["__proto__: {}", "__proto__"],
    ["constructor: {}", "constructor"],
    ["1: x", "1"],
    ["coverage: { min: 1 }", "coverage.min"],
    ["defaults: { envs: {} }", "defaults.envs"],
    ["defaults: { checks: { plugin: a } }", "defaults.checks.plugin"],
    ["checks: [{ plugin: a, env: {} }]", "checks.0.env"],
    ["checks: [{ plugin: a, mounts: [{ source: secrets:A, destination: b, mode: ro }] }]", "checks.0.mounts.0.mode"],
  ])("the unknown key of %s is reported at %s", (line, path) => {
    expect(invalid(line)).toBe(`${path}: unknown key`);
  });

  test("includes two checks of one normalised plugin name", () => {
    const details = invalid("checks:", "- plugin: ghcr.io/cocov/rubocop:v1", "- plugin: a/b", "- plugin: cocov/rubocop:v2");
    expect(details).toBe("checks.2.plugin: cocov/rubocop is already checks.0");
    expect(invalid("checks: [{ plugin: cocov/Lint }, { plugin: cocov/lint }]")).toStartWith("checks.1.plugin");
  });

  test("gives details that fit one line of a page, whatever the file holds", () => {
    const details = invalid(`"a\\0\\n\\uD800${"x".repeat(900)}": 1`);
    expect(details).toHaveLength(500);
    expect(details).not.toMatch(/\p{Cc}|\p{Cs}/u);
  });
});

describe("limits", () => {
  const times = (count: number, entry: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => entry(index)).join(", ");
  const checks = (count: number) => `checks: [${times(count, (index) => `{ plugin: p${index} }`)}]`;
  const mounts = (count: number) => `mounts: [${times(count, (index) => `{ source: "secrets:A", destination: "${index}" }`)}]`;
  const envs = (count: number) => `envs: { ${times(count, (index) => `A${index}: x`)} }`;
  const check = (fields: string) => `checks: [{ plugin: a, ${fields} }]`;
  const defaults = (fields: string) => `defaults: { checks: { ${fields} } }`;

  test.each<[string, (size: number) => string, number, string]>([
    ["checks", checks, 1_000, "checks: has more than 1000 entries"],
    ["mounts of a check", (size) => check(mounts(size)), 100, "checks.0.mounts: has more than 100 entries"],
    ["mounts of the defaults", (size) => defaults(mounts(size)), 100, "defaults.checks.mounts: has more than 100 entries"],
    ["variables of a check", (size) => check(envs(size)), 1_000, "checks.0.envs: has more than 1000 variables"],
    ["variables of the defaults", (size) => defaults(envs(size)), 1_000, "defaults.checks.envs: has more than 1000 variables"],
    ["patterns", (size) => `exclude_paths: [${times(size, () => "a")}]`, 1_000, "exclude_paths: has more than 1000 entries"],
    [
      "characters of a pattern",
      (size) => `exclude_paths: ["${"🐱".repeat(size)}"]`,
      512,
      "exclude_paths.0: has more than 512 characters",
    ],
    [
      "characters of a plugin",
      (size) => `checks: [{ plugin: "${"🐱".repeat(size)}" }]`,
      255,
      "checks.0.plugin: has more than 255 characters",
    ],
    [
      "bytes of a variable",
      (size) => check(`envs: { A: ${"x".repeat(size)} }`),
      32_768,
      "checks.0.envs.A: has more than 32768 bytes",
    ],
  ])("on %s are named, and what is just within is taken", (_, lines, most, details) => {
    expect(invalid(lines(most + 1))).toBe(details);
    accepted(`${version}\n${lines(most)}`);
  });

  test("on the name of a variable", () => {
    expect(invalid(check(`envs: { ? ${"x".repeat(32_769)} : y }`))).toStartWith("checks.0.envs.xxx");
  });

  test("are found without a look at what is beyond them", () => {
    const line = `checks: [{ plugin: a, mounts: [${"{},".repeat(300_000)}] }]`;
    expect(invalid(line)).toBe("checks.0.mounts: has more than 100 entries");
  });
});

describe("mounts", () => {
  const mount = (source: string, destination: string) => `{ source: "${source}", destination: "${destination}" }`;
  const check = (plugin: string, ...mounts: string[]) => `  - { plugin: ${plugin}, mounts: [${mounts.join(", ")}] }`;
  const defaults = (...mounts: string[]) => `defaults: { checks: { mounts: [${mounts.join(", ")}] } }`;
  const manifest = (...lines: string[]) => [version, ...lines].join("\n");

  test("a destination twice in the defaults", () => {
    expect(refused(manifest(defaults(mount("secrets:A", "~/x"), mount("secrets:B", "~/x"))))).toEqual({
      kind: "manifest_duplicated_mount_destination",
      details: "defaults.checks.mounts.1.destination: ~/x",
    });
  });

  test("a destination twice in one check", () => {
    const text = manifest("checks:", check("a"), check("b", mount("secrets:A", "~/x"), mount("secrets:B", "~/x")));
    expect(refused(text)).toEqual({
      kind: "manifest_duplicated_mount_destination",
      details: "checks.1.mounts.1.destination: ~/x",
    });
  });

  test("a destination once in the defaults and once in each check is right", () => {
    const text = [
      defaults(mount("secrets:A", "x")),
      "checks:",
      check("a", mount("secrets:B", "x")),
      check("b", mount("secrets:C", "x")),
    ];
    expect(accepted(manifest(...text)).checks).toHaveLength(2);
  });

  test.each(["FOO", "Secrets:FOO", "secret:FOO", " secrets:FOO"])("the source %p", (source) => {
    expect(refused(manifest("checks:", check("a", mount(source, "x"))))).toEqual({
      kind: "manifest_invalid_mount_source",
      details: `checks.0.mounts.0.source: ${source}`,
    });
  });

  test("are tested in the defaults first, then check by check", () => {
    const wrong = mount("x", "y");
    expect(refused(manifest("checks:", check("a", wrong), defaults(wrong))).details).toStartWith("defaults.");
    expect(refused(manifest("checks:", check("a"), check("b", wrong), check("c", wrong))).details).toStartWith("checks.1.");
  });

  test("are tested one by one, the destination before the source", () => {
    const first = refused(manifest("checks:", check("a", mount("x", "y"), mount("secrets:A", "y"))));
    expect(first.kind).toBe("manifest_invalid_mount_source");
    const both = refused(manifest("checks:", check("a", mount("secrets:A", "y"), mount("x", "y"))));
    expect(both.kind).toBe("manifest_duplicated_mount_destination");
  });

  test("of defaults are tested without any check", () => {
    expect(refused(manifest(defaults(mount("x", "y")))).kind).toBe("manifest_invalid_mount_source");
  });
});
