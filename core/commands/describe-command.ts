import type { AnyCommand, TalkingCommand } from "./command";
import { allArguments, allOptions } from "./usage";

/** @returns a command's declaration, for programs that read what there is */
export function describeCommand(command: AnyCommand | TalkingCommand) {
  const { name, summary, description = null } = command;
  return {
    name,
    summary,
    description,
    arguments: allArguments(command).map(([key, argument]) => ({
      name: key,
      summary: argument.summary,
      required: argument.required ?? false,
    })),
    options: Object.entries(allOptions(command)).map(([key, option]) => ({
      name: key,
      summary: option.summary,
      value: option.type === "string" ? option.value : null,
    })),
  };
}
