import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compileExcludePatterns } from "../../../../plugins/checks/manifest/exclude-patterns";
import { naiveGlob } from "./naive-glob";

const excluded = (pattern: string, path: string) => compileExcludePatterns([pattern])(path);

describe("exclude patterns", () => {
  test.each([
    ["coverage/", "coverage/a.js"],
    ["coverage/", "coverage/x/b.js"],
    ["coverage/", "coverage/.keep"],
    ["coverage/", "coverage/.x/y"],
    ["coverage/*", "coverage/a.js"],
    ["spec/**/.ignore", "spec/.ignore"],
    ["spec/**/.ignore", "spec/a/b/.ignore"],
    ["**/*.min.js", "a.min.js"],
    ["**/*.min.js", "x/y/a.min.js"],
    ["{docs,site}/**/*.md", "docs/a.md"],
    ["{docs,site}/**/*.md", "site/x/y.md"],
    ["*", "a"],
    ["a*b", "ab"],
    ["a*b", "a.xb"],
    [".*", ".env"],
    ["?.rb", "é.rb"],
    ["?.rb", "😀.rb"],
    ["a?b", "a.b"],
    ["[abc].rb", "b.rb"],
    ["[a-c].rb", "b.rb"],
    ["[!a].rb", "b.rb"],
    ["[^a].rb", "b.rb"],
    ["[]x].rb", "].rb"],
    ["[a-].rb", "-.rb"],
    ["[\\]].rb", "].rb"],
    ["x[.]rb", "x.rb"],
    ["[{,}].rb", "{.rb"],
    ["**.js", "a.js"],
    ["a**/b", "axx/b"],
    ["**/**/a", "x/a"],
    ["a/**/", "a/x/.y"],
    ["**/build/", "x/build/.a/b"],
    ["{a,b{c,d}}.rb", "bd.rb"],
    ["{,x}a", "a"],
    ["{**/,}a", "x/y/a"],
    ["**{/a,b}", "x/y/a"],
    ["*{*/,}a", "x/y/a"],
    ["{a/,b}", "a/.x"],
    ["{}a", "a"],
    ["{a,b", "{a,b"],
    ["a}", "a}"],
    ["a,b", "a,b"],
    ["[a", "[a"],
    ["\\*", "*"],
    ["\\{a,b\\}", "{a,b}"],
    ["a\\", "a\\"],
    ["app/(group)/+page.ts", "app/(group)/+page.ts"],
    ["!a", "!a"],
    ["#a", "#a"],
    ["a.rb", "./a.rb"],
    ["./a.rb", "a.rb"],
  ])("%s matches %s", (pattern, path) => {
    expect(excluded(pattern, path)).toBe(true);
  });

  test.each([
    ["coverage/", "lib/coverage/a.js"],
    ["coverage/", "coverage"],
    ["coverage/", "coverage/"],
    ["coverage/*", "coverage/x/b.js"],
    ["coverage/*", "coverage/.keep"],
    ["coverage", "coverage/a.js"],
    ["**/*.min.js", ".hidden/a.min.js"],
    ["**/*.min.js", "x/.hidden/a.min.js"],
    ["**/*.min.js", "x/.min.js"],
    ["a.rb", "lib/a.rb"],
    ["a.rb", "A.rb"],
    ["a.rb", "axrb"],
    ["*", ".env"],
    ["*.rb", ".rb"],
    ["**.rb", ".rb"],
    ["*", "a/b"],
    ["a/**", "a/b/c"],
    ["a**/b", "a/x/b"],
    ["***/b", "a/x/b"],
    ["?env", ".env"],
    ["[.]env", ".env"],
    ["[!a]env", ".env"],
    ["a?b", "a/b"],
    ["a[/]b", "a/b"],
    ["a[!x]b", "a/b"],
    ["a[.-0]b", "a/b"],
    ["[z-a]", "b"],
    ["\\*", "a"],
    ["**\\/a", "x/y/a"],
    ["{a,b}", "ab"],
    ["{a,b}", "{a,b}"],
    ["a?", "a"],
  ])("%s doesn't match %s", (pattern, path) => {
    expect(excluded(pattern, path)).toBe(false);
  });

  test("exclude what any of them matches, and nothing when there are none", () => {
    const isExcluded = compileExcludePatterns(["a/", "*.md"]);
    expect(["a/x", "b.md", "b.rb"].map(isExcluded)).toEqual([true, true, false]);
    expect(compileExcludePatterns([])("a")).toBe(false);
  });

  test("agree with a naive matcher", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      ".",
      "/",
      "*",
      "**/",
      "?",
      "[ab]",
      "[!a]",
      "[^.]",
      "{",
      "}",
      ",",
      "{a,",
      "/,",
      "**",
    );
    const pattern = fc
      .array(piece, { maxLength: 9 })
      .map((pieces) => pieces.join(""))
      .filter((text) => !text.startsWith("./") && text.split(",").length < 6);
    const path = fc
      .array(fc.constantFrom("a", "b", ".", "/", "{", "}", ","), { maxLength: 7 })
      .map((characters) => characters.join(""))
      .filter((text) => !text.startsWith("./"));
    fc.assert(
      fc.property(pattern, path, (glob, file) => {
        expect([glob, file, excluded(glob, file)]).toEqual([glob, file, naiveGlob(glob, file)]);
      }),
      { numRuns: 20_000 },
    );
  });

  test("match any path as a literal once its special characters are escaped", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((path) => !path.endsWith("/") && !path.startsWith("./")),
        (path) => {
          expect(excluded(path.replace(/[\\*?[\]{},]/g, "\\$&"), path)).toBe(true);
        },
      ),
    );
  });

  test.each([
    ["stars", "*a".repeat(2_000)],
    ["globstars", `${"**/".repeat(2_000)}b`],
    ["starred alternatives", `${"{*a,*b}".repeat(500)}c`],
    ["alternatives that multiply", "{a,b}".repeat(2_000)],
    ["nested braces", "{a,".repeat(20_000) + "}".repeat(20_000)],
    ["open braces", "{".repeat(100_000)],
    ["open brackets", "[a".repeat(100_000)],
    ["a long set", `[${"a-b".repeat(50_000)}]`],
    ["empty alternatives", "{,}".repeat(20_000)],
  ])("finish with %s", (_name, pattern) => {
    const isExcluded = compileExcludePatterns([pattern]);
    expect(isExcluded(`${"a".repeat(200)}!`)).toBe(false);
    expect(isExcluded(`${"a/".repeat(100)}.!`)).toBe(false);
  });
});
