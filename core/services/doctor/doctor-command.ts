import type { Installation } from "../../app/installation";
import type { Platform } from "../../app/service";
import { type CommandResult, defineCommand } from "../../commands/command";
import { reasonOf } from "../../reason";
import { StartupError } from "../../startup-error";
import { type Contributed, contributedTo } from "../contributed";
import { UnreachableDatabase } from "../database/reach";
import { progressBar } from "../log/progress-bar";
import { diskCheck } from "./checks/disk";
import type { Doctor } from "./doctor";
import { type DoctorCheck, doctorCheck, type Finding, type Look } from "./doctor-check";
import { type Examined, examine } from "./examine";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "Looks whether all is as it should be",
  description: `Looks at the configuration, the database, migrations, keys, jobs, disks and what plugins know of, and says what to do about what is
wrong. Works while the platform runs, while it is stopped, and as far as possible while the database is down. Exit code 0: nothing fails, though there
may be warnings; 1: something does; 2: it couldn't look.`,
  options: {
    fix: { type: "boolean", summary: "sets right what can be without losing anything" },
    full: { type: "boolean", summary: "looks at everything, however long it takes, and not at samples" },
  },
  async run({ options, progress }, platform: Platform<Doctor>) {
    const bar = progressBar(progress);
    const show: Look["show"] = (what, done, total) => bar.show(what, done, total);
    const use = { fix: options.fix, full: options.full, show };
    try {
      const checks = await visit(platform, use);
      bar.clear();
      return report(checks, options.fix);
    } catch (error) {
      bar.clear();
      progress(`It couldn't be looked: ${reasonOf(error)}.`);
      return { text: "", json: { error: reasonOf(error) }, exitCode: 2 };
    }
  },
});

interface Use extends Pick<Look, "full" | "show"> {
  readonly fix: boolean;
}

async function visit(platform: Platform<Doctor>, use: Use): Promise<readonly Examined[]> {
  let installation: Installation;
  try {
    installation = await platform.installation();
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return [told("configuration", { state: "failing", summary: error.problems.join(" "), remedy: correct })];
  }
  const configuration = told("configuration", configured(installation));
  let opened = false;
  try {
    return await platform.asItIs(async (doctor, signal) => {
      opened = true;
      return [configuration, ...(await examine(doctor.checks(), { ...use, signal }))];
    });
  } catch (error) {
    if (opened || !(error instanceof StartupError)) throw error;
    const failed = told(error instanceof UnreachableDatabase ? "database" : "startup", {
      state: "failing",
      summary: error.problems.join(" "),
      remedy: "Until that is set right, nothing is looked at that needs the database.",
    });
    const { signal } = new AbortController();
    return [failed, configuration, ...(await examine(withoutDatabase(platform, installation), { ...use, signal }))];
  }
}

const correct = "Correct these, and run this again: nothing else can be looked at until then.";

function configured({ effective, on, leftOut }: Installation): Finding {
  const given = effective.filter(({ source }) => source !== "default").length;
  const summary = `${effective.length} settings can be used, of which ${given} are set; ${on.length} plugins are on.`;
  if (leftOut.length === 0) return { state: "ok", summary };
  const reasons = leftOut.map(({ name, reason }) => `${name}: ${reason}`).join(" ");
  return {
    state: "warning",
    summary: `${summary} Left out: ${reasons}`,
    remedy: "Correct these plugins, or load them no more.",
  };
}

/** @returns what can be looked at while the database is down */
function withoutDatabase(platform: Platform<Doctor>, installation: Installation): readonly Contributed<DoctorCheck>[] {
  const disk = { plugin: "core", value: diskCheck({ installation }) };
  try {
    return [disk, ...contributedTo(doctorCheck, platform.preview(installation).installed)].filter(
      ({ value }) => !value.needsDatabase,
    );
  } catch (error) {
    // It is what kept it from starting, and is told of.
    if (error instanceof StartupError) return [disk];
    throw error;
  }
}

const told = (name: string, finding: Finding): Examined => ({ name, plugin: "core", finding, fixed: null });

const signs = { ok: "ok     ", warning: "warning", failing: "FAILING" } as const;

function report(checks: readonly Examined[], fix: boolean): CommandResult {
  const lines = checks.flatMap(({ name, finding: { state, summary, remedy }, fixed }) => [
    `${signs[state]}  ${name}: ${summary}`,
    ...(fixed === null ? [] : [`         Set right: ${fixed}`]),
    ...(state === "ok" || !remedy ? [] : [`         ${remedy}`]),
  ]);
  const count = (state: Finding["state"]) => checks.filter(({ finding }) => finding.state === state).length;
  const [failing, warnings] = [count("failing"), count("warning")];
  const fixable = fix ? 0 : checks.filter(({ finding }) => finding.fix).length;
  const end = `${checks.length} checks, ${failing} failing, ${warnings} with warnings.${fixable > 0 ? ` \`bun run doctor --fix\` sets ${fixable} right.` : ""}`;
  return {
    text: [...lines, "", end].join("\n"),
    json: {
      checks: checks.map(({ name, plugin, finding: { state, summary, remedy }, fixed }) => ({
        name,
        plugin,
        state,
        summary,
        remedy: state === "ok" ? null : (remedy ?? null),
        ...(fix ? { fixed } : {}),
      })),
    },
    exitCode: failing > 0 ? 1 : 0,
  };
}
