import { logOutput } from "./log-output";

/** Says a line to whoever runs a command, on stderr. Not by `console.error`, which would wait for a reader that takes nothing. */
export const tell = (line: string): void => void logOutput(2).write(`${line}\n`);
