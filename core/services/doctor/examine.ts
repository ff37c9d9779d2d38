import { reasonOf } from "../../reason";
import type { Contributed } from "../contributed";
import type { DoctorCheck, Finding, Look } from "./doctor-check";

/** What was found of one thing. */
export interface Examined {
  readonly name: string;
  readonly plugin: string;
  readonly finding: Finding;
  /** What was set right; null when nothing was. */
  readonly fixed: string | null;
}

/** Looks at one thing after the other; sets right what can be, when asked to, and looks again. */
export async function examine(
  checks: readonly Contributed<DoctorCheck>[],
  { fix, ...look }: Look & { readonly fix: boolean },
): Promise<Examined[]> {
  const examined: Examined[] = [];
  for (const { plugin, value: check } of checks) {
    look.signal.throwIfAborted();
    const finding = await looked(check, look);
    if (!fix || !finding.fix) {
      examined.push({ name: check.name, plugin, finding, fixed: null });
      continue;
    }
    const fixed = await attempted(finding.fix);
    examined.push({ name: check.name, plugin, finding: await looked(check, look), fixed });
  }
  return examined;
}

async function looked(check: DoctorCheck, look: Look): Promise<Finding> {
  try {
    return await check.look(look);
  } catch (error) {
    look.signal.throwIfAborted();
    return {
      state: "failing",
      summary: `It couldn't be looked at: ${reasonOf(error)}.`,
      remedy: "Set that right, and run this again.",
    };
  }
}

async function attempted(fix: NonNullable<Finding["fix"]>): Promise<string> {
  try {
    return await fix();
  } catch (error) {
    return `Not all of it: ${reasonOf(error)}.`;
  }
}
