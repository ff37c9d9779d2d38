import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { matchCheck } from "../../../../plugins/checks/manifest/match-check";
import { normalizePluginName } from "../../../../plugins/checks/manifest/plugin-name";

describe("the normalised name of a plugin", () => {
  test.each([
    ["cocov/rubocop:v0.1", "cocov/rubocop"],
    ["ghcr.io/cocov/rubocop:v1", "cocov/rubocop"],
    ["registry.example.org:5000/team/lint", "team/lint"],
    ["cocov-ci/rubocop:v1", "rubocop"],
    ["rubocop", "rubocop"],
    ["rubocop:v1", "rubocop"],
    ["a/b/c:1", "b/c"],
    ["cocov/other-org/rubocop", "cocov/rubocop"],
    ["Cocov/rubocop", "rubocop"],
    ["localhost:5000/lint:v1:x", "lint"],
    ["a//b", "a/b"],
  ])("of %s is %s", (reference, name) => {
    expect(normalizePluginName(reference)).toBe(name);
  });

  test("is its own normalised name", () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9.:_-]{0,6}$/);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const name = normalizePluginName(parts.join("/"));
        expect(normalizePluginName(name)).toBe(name);
      }),
    );
  });
});

describe("the check a Worker reports on", () => {
  const check = (imageReference: string) => ({ imageReference, pluginName: normalizePluginName(imageReference) });
  const rubocop = check("ghcr.io/cocov/rubocop:v1");
  const brakeman = check("cocov/brakeman:v1");
  const lint = check("registry.example.org:5000/team/lint");

  test("is the one of that name", () => {
    expect(matchCheck("cocov/brakeman", [rubocop, brakeman])).toBe(brakeman);
  });

  test("is the one whose name the report normalises to", () => {
    expect(matchCheck("ghcr.io/cocov/rubocop", [brakeman, rubocop])).toBe(rubocop);
  });

  test("is the one whose reference was cut at the port of its registry", () => {
    expect(matchCheck("registry.example.org", [rubocop, lint])).toBe(lint);
  });

  test("is none when two references were cut to the same text", () => {
    expect(matchCheck("registry.example.org", [lint, check("registry.example.org:5000/team/style")])).toBeUndefined();
  });

  test("is none when nothing fits", () => {
    expect(matchCheck("cocov/other", [rubocop, brakeman, lint])).toBeUndefined();
    expect(matchCheck("cocov/other", [])).toBeUndefined();
  });

  test("is found by name before normalisation, by normalisation before the cut", () => {
    const named = { pluginName: "team/lint", imageReference: "x" };
    const plain = { pluginName: "lint", imageReference: "y" };
    expect(matchCheck("team/lint", [plain, named])).toBe(named);
    const cut = { pluginName: "z", imageReference: "ghcr.io/team/lint:1" };
    expect(matchCheck("ghcr.io/team/lint", [cut, named])).toBe(named);
  });

  test("is found by what Workers send of any reference, when the references are cut to different texts", () => {
    const reference = fc.stringMatching(/^[a-z.]{1,4}(:[0-9]{1,2})?(\/[a-z-]{1,3}){0,2}\/[a-z]{1,3}(:v[0-9])?$/);
    fc.assert(
      fc.property(reference, (image) => {
        const [cut = ""] = image.split(":");
        expect(matchCheck(cut, [check(image)])?.imageReference).toBe(image);
      }),
    );
  });
});
