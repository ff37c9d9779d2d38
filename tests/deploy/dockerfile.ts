import { join } from "node:path";
import { DockerfileParser } from "dockerfile-ast";
import { z } from "zod";
import { projectRoot } from "../../core/app/installation";

/** One instruction, its text joined from its lines. */
export interface Step {
  readonly keyword: string;
  readonly text: string;
}

/** A stage of the image's build. */
export interface Stage {
  readonly from: string;
  readonly name: string | null;
  readonly steps: readonly Step[];
}

/** @returns the stages of the project's Dockerfile, the last one of which is the image */
export async function stagesOfDockerfile(): Promise<Stage[]> {
  const source = await Bun.file(join(projectRoot, "Dockerfile")).text();
  const lines = source.split("\n");
  const parsed = DockerfileParser.parse(source);
  const stages: (Omit<Stage, "steps"> & { steps: Step[] })[] = [];
  for (const instruction of parsed.getInstructions()) {
    const { start, end } = instruction.getRange();
    const text = lines
      .slice(start.line, end.line + 1)
      .map((line) => line.replace(/\\$/, "").trim())
      .join(" ")
      .replace(/^\S+\s+/, "");
    if (instruction.getKeyword() === "FROM") {
      const [from = "", , name = null] = text.split(" ");
      stages.push({ from, name, steps: [] });
    } else stages.at(-1)?.steps.push({ keyword: instruction.getKeyword(), text });
  }
  return stages;
}

/** @returns the words of a command that is written as JSON */
export const command = (text: string): string[] => z.array(z.string()).parse(JSON.parse(text.slice(text.indexOf("["))));
