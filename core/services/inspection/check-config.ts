import type { Installation } from "../../app/installation";
import type { Platform } from "../../app/service";
import type { CommandResult } from "../../commands/command";
import { type SettingMeta, settingMeta } from "../../config/setting";
import { didYouMean } from "../../did-you-mean";
import { StartupError } from "../../startup-error";
import { missingKey } from "../cipher/missing-key";

type Env = Readonly<Record<string, string | undefined>>;

/** Says all that would keep the platform from starting with its configuration, and what is unlikely to be meant; asks no database. */
export async function checkConfig(platform: Platform<unknown>, env: Env): Promise<CommandResult> {
  const { problems, warnings } = await findings(platform, env);
  const lines = [
    ...problems.map((problem) => `wrong: ${problem}`),
    ...warnings.map((warning) => `warning: ${warning}`),
    problems.length === 0
      ? "The configuration can be used."
      : `The configuration can't be used, for ${problems.length} reasons.`,
  ];
  return {
    text: lines.join("\n"),
    json: { ok: problems.length === 0, problems, warnings },
    exitCode: problems.length === 0 ? 0 : 1,
  };
}

async function findings(
  platform: Platform<unknown>,
  env: Env,
): Promise<{ problems: readonly string[]; warnings: readonly string[] }> {
  try {
    const installation = await platform.installation();
    const warnings = unknownVariables(installation, env);
    const problems = missingKey(installation.settings);
    try {
      const { leftOut } = platform.preview(installation);
      return { problems, warnings: [...leftOut.map(({ name, reason }) => `${name} is left out: ${reason}`), ...warnings] };
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      return { problems: [...problems, ...error.problems], warnings };
    }
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return { problems: error.problems, warnings: [] };
  }
}

/** Read by the start itself, before there are settings. */
const ofStart = ["COCOV_CONFIG"];

/** @returns a sentence for each variable that begins like ours and that nothing reads */
function unknownVariables({ effective, off }: Installation, env: Env): string[] {
  const ofOff = off.flatMap(({ plugin }) =>
    Object.values<never>(plugin.config?.shape ?? {}).map((field) => settingMeta(field)),
  );
  const metas: (SettingMeta | undefined)[] = [...effective.map(({ meta }) => meta), ...ofOff];
  const known = [...ofStart, ...metas.flatMap((meta) => meta?.env ?? [])];
  const read = new Set(known.flatMap((name) => [name, `${name}_FILE`]));
  return Object.keys(env)
    .filter((name) => name.startsWith("COCOV_") && env[name] && !read.has(name))
    .sort()
    .map((name) => `${name} is set, but nothing reads it.${didYouMean(name, known)}`);
}
