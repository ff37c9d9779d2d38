import { z } from "zod";
import type { Program } from "./program";
import { cut, printable } from "./terminal";

const entry = z.object({ level: z.string(), time: z.string(), msg: z.string().default(""), err: z.unknown().optional() });
const request = z.object({ level: z.literal("info"), msg: z.literal("request") });
const failure = z.object({ message: z.string() });

/** @returns the last lines of a program's log, without requests that went well, shortened for reading */
export async function logTail(program: Program, lines: number): Promise<string[]> {
  const output = await program.output();
  const telling = output
    .trimEnd()
    .split("\n")
    .filter((line) => !isOrdinaryRequest(line));
  return telling.slice(-lines).map(readable);
}

function isOrdinaryRequest(line: string): boolean {
  return request.safeParse(parseJson(line)).success;
}

/** The platform logs JSON, one object a line; the rest of it is in the file. */
function readable(line: string): string {
  const parsed = entry.safeParse(parseJson(line));
  if (!parsed.success) return cut(printable(line), 300);
  const { level, time, msg, err } = parsed.data;
  const cause = failure.safeParse(err);
  return cut(
    printable(`${time.slice(11, 23)} ${level.padEnd(5)} ${msg}${cause.success ? `: ${cause.data.message}` : ""}`),
    300,
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
