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
  ["a.rs", "rust"],
  ["A.java", "java"],
  ["a.kt", "kotlin"],
  ["a.swift", "swift"],
  ["a.cs", "csharp"],
  ["a.fs", "fsharp"],
  ["a.scala", "scala"],
  ["a.dart", "dart"],
  ["a.hs", "haskell"],
  ["a.ml", "ocaml"],
  ["a.clj", "clojure"],
  ["a.erl", "erlang"],
  ["a.elm", "elm"],
  ["a.cr", "crystal"],
  ["a.jl", "julia"],
  ["a.R", "r"],
  ["a.lua", "lua"],
  ["a.pl", "perl"],
  ["a.ps1", "powershell"],
  ["a.sql", "sql"],
  ["a.graphql", "graphql"],
  ["a.proto", "protobuf"],
  ["a.toml", "toml"],
  ["a.scss", "scss"],
  ["a.vue", "html"],
  ["a.gradle", "groovy"],
  ["a.m", "objective-c"],
  ["a.coffee", "coffeescript"],
  ["a.diff", "diff"],
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

test.each([
  ["<?php", "php"],
  ['<?xml version="1.0"?>', "xml"],
  ["<!DOCTYPE html>", "html"],
  ["%YAML 1.2", "yaml"],
  ["diff --git a/x b/x", "diff"],
  ["FROM debian:13", "dockerfile"],
  ["# -*- mode: ruby -*-", "ruby"],
  ["// -*- C++ -*-", "cpp"],
  ["# -*- coding: utf-8; mode: python -*-", "python"],
  ["# vim: set ft=sh :", "shell"],
  ["/* vim: ts=2 filetype=rust */", "rust"],
])("an unnamed file beginning %s is %s", (line, language) => {
  expect<string | null>(detectLanguage("conf/thing", line)).toBe(language);
});

test.each(["# -*- coding: utf-8 -*-", "-*--*-", "vim: ft=constructor", "From: ada", "#!", `${"-*- ".repeat(60)}`])(
  "a file beginning %s is in no known language",
  (line) => {
    expect(detectLanguage("conf/thing", line)).toBeNull();
  },
);

test("what a hostile first line says takes no time", () => {
  for (const piece of ["-*- mode:", "-*- a;", "vim: ft", "vi:", "<", " "])
    expect(detectLanguage("x", piece.repeat(300_000))).toBeNull();
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
