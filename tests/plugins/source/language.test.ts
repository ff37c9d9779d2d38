import { expect, test } from "bun:test";
import { detectLanguage } from "../../../plugins/source/language";

test.each([
  ["app/models/user.rb", "ruby"],
  ["Gemfile", "ruby"],
  ["lib/tasks/a.RAKE", "ruby"],
  ["src/a.test.ts", "typescript"],
  ["src/a.tsx", "typescript"],
  ["a.min.js", "javascript"],
  ["main.go", "go"],
  ["include/a.hpp", "cpp"],
  ["a.h", "c"],
  ["deploy/Dockerfile", "dockerfile"],
  ["Dockerfile.web", "dockerfile"],
  ["Makefile", "makefile"],
  ["CMakeLists.txt", "cmake"],
  [".github/workflows/ci.yml", "yaml"],
  ["infra/main.tf", "hcl"],
  ["index.php", "php"],
  ["lib/a.exs", "elixir"],
  [".env", "ini"],
  ["pom.xml", "xml"],
  ["README.md", "markdown"],
])("%s is %s", (path, language) => {
  expect<string | null>(detectLanguage(path)).toBe(language);
});

test.each([
  ["#!/bin/sh", "shell"],
  ["#!/usr/bin/env ruby", "ruby"],
  ["#!/usr/bin/env -S FOO=1 python3.12 -u", "python"],
  ["#! /usr/local/bin/node --harmony", "javascript"],
])("an unnamed script beginning %s is %s", (line, language) => {
  expect<string | null>(detectLanguage("bin/run", line)).toBe(language);
});

test.each(["LICENSE", "a.unknown", "", "/", "constructor", "a.constructor", "x.toString", "dir.rb/file"])(
  "%p is in no known language",
  (path) => {
    expect(detectLanguage(path)).toBeNull();
  },
);

test("a name that tells the language outranks the first line", () => {
  expect(detectLanguage("a.py", "#!/bin/sh")).toBe("python");
});

test("an unknown or empty interpreter tells nothing", () => {
  expect([detectLanguage("run", "#!"), detectLanguage("run", "#!/usr/bin/env"), detectLanguage("run", "#!/opt/x")]).toEqual([
    null,
    null,
    null,
  ]);
});
