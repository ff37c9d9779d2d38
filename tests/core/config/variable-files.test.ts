import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadInstallation } from "../../../core/app/installation";
import { showConfig } from "../../../core/services/inspection/show-config";
import { StartupError } from "../../../core/startup-error";
import { makeProject, manifest } from "../../support/project";

const folder = await mkdtemp(join(tmpdir(), "cocov-secrets-"));
const project = await makeProject({
  "plugins/acme/index.ts": manifest("acme", {
    parts:
      'config: z.object({ words: setting(z.string().optional(), { env: "ACME_WORDS", summary: "x" }), size: setting(wholeNumber(1, 9).optional(), { env: ["ACME_SIZE", "SIZE"], summary: "x" }) }),',
  }),
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await project.remove();
});

async function file(content: string): Promise<string> {
  const path = join(folder, crypto.randomUUID());
  await Bun.write(path, content);
  return path;
}

const load = (env: Record<string, string>) => loadInstallation({ root: project.root, env, config: {} });
const words = async (content: string) => (await load({ ACME_WORDS_FILE: await file(content) })).on[0]?.config.words;

async function mistakes(env: Record<string, string>): Promise<readonly string[]> {
  try {
    await load(env);
    return [];
  } catch (error) {
    if (error instanceof StartupError) return error.problems;
    throw error;
  }
}

describe("NAME_FILE", () => {
  test.each([
    ["one line\n", "one line"],
    ["windows\r\n", "windows"],
    ["no newline", "no newline"],
    [" a\nb\n\n", " a\nb\n"],
  ])("gives the content of the file without its final newline: %j", async (content, expected) => {
    expect(await words(content)).toBe(expected);
  });

  test("works for every variable of a setting, the core's too", async () => {
    const key = "0123456789abcdef0123456789abcdef";
    const env = {
      SIZE_FILE: await file("7\n"),
      COCOV_PORT_FILE: await file("8080\n"),
      COCOV_CRYPTOGRAPHIC_KEY_FILE: await file(key),
    };
    const { on, settings } = await load(env);
    expect(on[0]?.config.size).toBe(7);
    expect(settings).toMatchObject({ port: 8080, cryptographicKey: key });
  });

  test("counts as absent when it is empty, or its file is", async () => {
    expect(await words("\n")).toBeUndefined();
    expect((await load({ ACME_WORDS: "said", ACME_WORDS_FILE: "" })).on[0]?.config.words).toBe("said");
  });

  test("is refused together with NAME", async () => {
    expect(
      await mistakes({ COCOV_PORT: "1", COCOV_PORT_FILE: await file("2"), ACME_WORDS: "a", ACME_WORDS_FILE: await file("b") }),
    ).toEqual([
      "COCOV_PORT and COCOV_PORT_FILE are both set. Keep one of them.",
      "ACME_WORDS and ACME_WORDS_FILE are both set. Keep one of them.",
    ]);
  });

  test.each([join(folder, "nowhere"), folder])("is refused with its name when %s can't be read", async (path) => {
    const [problem] = await mistakes({ COCOV_CRYPTOGRAPHIC_KEY_FILE: path });
    expect(problem).toStartWith(`COCOV_CRYPTOGRAPHIC_KEY_FILE names ${path}, which can't be read: `);
  });

  test("is refused without showing the content when that isn't accepted: it may be the wrong file", async () => {
    const path = await file("hunter2");
    expect(await mistakes({ ACME_SIZE_FILE: path })).toEqual([
      `ACME_SIZE_FILE (${path}): found a value that isn't shown, accepted is a whole number from 1 to 9.`,
    ]);
  });

  test("is shown as the source of the value, secrets masked", async () => {
    const key = "0123456789abcdef0123456789abcdef";
    const [size, secret] = [await file("7"), await file(key)];
    const shown = showConfig((await load({ ACME_SIZE_FILE: size, COCOV_CRYPTOGRAPHIC_KEY_FILE: secret })).effective);
    expect(shown).toContain(`size = 7  (ACME_SIZE_FILE: ${size})`);
    expect(shown).toContain(`cryptographicKey = [secret]  (COCOV_CRYPTOGRAPHIC_KEY_FILE: ${secret})`);
    expect(shown).not.toContain(key);
  });
});
