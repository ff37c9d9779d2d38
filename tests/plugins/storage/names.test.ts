import { expect, test } from "bun:test";
import fc from "fast-check";
import { isCommitSha, isRepositoryName, repositoryFolder } from "../../../plugins/storage/names";

test("takes commit ids of 40 and 64 hexadecimal digits, and no others", () => {
  for (const length of [40, 64]) expect(isCommitSha("0aF".repeat(30).slice(0, length))).toBe(true);
  for (const text of [
    "",
    "HEAD",
    "a".repeat(39),
    "a".repeat(41),
    "g".repeat(40),
    `${"a".repeat(40)}\n`,
    `--${"a".repeat(38)}`,
  ]) {
    expect(isCommitSha(text)).toBe(false);
  }
});

test("takes the repository names that GitHub allows, and no others", () => {
  for (const name of ["widgets", ".github", "a", "A-b_c.d", "-", "x".repeat(100), "gitx"])
    expect(isRepositoryName(name)).toBe(true);
  for (const name of ["", ".", "..", "a/b", "a b", "ü", "a\n", "x".repeat(101), "a.git", "a.GIT", "a\0", "..\\a"]) {
    expect(isRepositoryName(name)).toBe(false);
  }
});

test("never takes a name that is more than one path component", () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      if (isRepositoryName(name)) expect(name).toMatch(/^[\w.-]+$/);
    }),
  );
});

test("names the folder after the SHA-1 of the name", () => {
  expect(repositoryFolder("widgets")).toBe("2d8ba804c79141991b71b2a9513e56817c9de8de");
});
