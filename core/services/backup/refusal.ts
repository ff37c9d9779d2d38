import type { CommandCall, CommandResult } from "../../commands/command";

/** Why a backup or a restore isn't made: a sentence with what to do about it, for whoever runs the command. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Does a command's work, and tells a refusal on stderr, without a stack; exit code 1 then. */
export async function tellingRefusals(
  { progress }: Pick<CommandCall<unknown, unknown>, "progress">,
  work: () => Promise<CommandResult>,
): Promise<CommandResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    progress(error.message);
    return { text: "", json: { error: error.message }, exitCode: 1 };
  }
}
