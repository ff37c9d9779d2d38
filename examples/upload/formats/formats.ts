import type { Coverage } from "../line-hits";
import { coberturaSources, readCobertura } from "./cobertura";
import { readGoCover } from "./go-cover";
import { readIstanbul } from "./istanbul";
import { readJacoco } from "./jacoco";
import { readLcov } from "./lcov";
import { readSimpleCov } from "./simplecov";

/** A format of coverage reports. */
export interface Format {
  readonly name: string;
  /** Where tools write it, as globs below the folder that is searched. */
  readonly files: readonly string[];
  /** Whether a text that begins like this is of the format. */
  readonly begins: (start: string) => boolean;
  /** @throws Error when the text isn't what it seems */
  readonly read: (text: string) => Coverage;
  /** @returns folders that the report says its names may lie in */
  readonly folders?: (text: string) => string[];
}

/** Every format that is understood. */
export const formats: readonly Format[] = [
  {
    name: "lcov",
    files: ["**/lcov.info", "**/*.lcov"],
    begins: (start) => /^(?:TN:|SF:)/m.test(start),
    read: readLcov,
  },
  {
    name: "Istanbul",
    files: ["**/coverage-final.json"],
    begins: (start) => /^\s*\{/.test(start) && /"(?:statementMap|fnMap)"/.test(start),
    read: readIstanbul,
  },
  {
    name: "SimpleCov",
    files: ["**/.resultset.json"],
    begins: (start) => /^\s*\{\s*"[^"]*":\s*\{\s*"(?:coverage|timestamp)"/.test(start),
    read: readSimpleCov,
  },
  {
    name: "Cobertura",
    files: ["**/cobertura*.xml", "**/*cobertura.xml", "**/coverage.xml"],
    begins: (start) => /<coverage[\s>]/.test(start) && !/<coverage[^>]*\bgenerated=/.test(start),
    read: readCobertura,
    folders: coberturaSources,
  },
  {
    name: "JaCoCo",
    files: ["**/jacoco*.xml"],
    begins: (start) => /<report[\s>]/.test(start),
    read: readJacoco,
  },
  {
    name: "Go",
    files: ["**/cover.out", "**/coverage.out", "**/c.out", "**/*.coverprofile"],
    begins: (start) => /^mode: (?:set|count|atomic)\s/.test(start),
    read: readGoCover,
  },
];

/** Characters at the beginning of a report that tell its format. */
const telling = 10_000;

/** @returns the format that a text has, whatever its file is called; undefined when it is none of those */
export function formatOf(text: string): Format | undefined {
  const start = text.slice(0, telling).replace(/^\uFEFF/, "");
  return formats.find(({ begins }) => begins(start));
}
