import { resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { encodeLines } from "./encode";
import { findReports, readReport } from "./find-reports";
import { formats } from "./formats/formats";
import { figures, gather } from "./gather";
import { currentCommit, rootOf, trackedFiles } from "./repository";
import { send } from "./send";

type Environment = Readonly<Record<string, string | undefined>>;

interface Options {
  readonly url?: string;
  readonly commit?: string;
  readonly root?: string;
  readonly tokenFile?: string;
  readonly dryRun?: boolean;
}

/** What was asked for can't be done as it was said: exit code 2. */
class Misuse extends Error {}

/**
 * Finds coverage reports, converts them, and sends them to the platform.
 * @param argv what follows the program's name
 * @returns the exit code: 0 when everything was sent, 1 when it wasn't, 2 when the command line is wrong
 */
export async function runUpload(argv: readonly string[], env: Environment): Promise<number> {
  let given: { options: Options; files: readonly string[] } | undefined;
  const parser = new Command("cocov-upload")
    .description(`Sends coverage reports to Cocov: ${formats.map(({ name }) => name).join(", ")}.`)
    .argument("[reports...]", "files to send; left out: all that are found where tools write them")
    .option("--url <url>", "the platform's address; COCOV_URL unless given")
    .option("--commit <sha>", "the commit that the reports are about; unless given, the pull request's head or git's HEAD")
    .option("--root <folder>", "the repository's folder; unless given, the one that the current folder is in")
    .option("--token-file <file>", "file that holds the repository token; COCOV_REPOSITORY_TOKEN unless given")
    .option("--dry-run", "tell what would be sent, and send nothing")
    .exitOverride()
    .action((files: string[], options: Options) => {
      given = { options, files };
    });
  try {
    await parser.parseAsync([...argv], { from: "user" });
    if (given) await upload(given.options, given.files, env);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(error instanceof Error ? error.message : error);
    return error instanceof Misuse ? 2 : 1;
  }
}

async function upload(options: Options, files: readonly string[], env: Environment): Promise<void> {
  const here = resolve(options.root ?? ".");
  const root = (await rootOf(here)) ?? here;
  const target = options.dryRun ? null : await targetOf(options, env);
  const commit = (options.commit ?? (await currentCommit(root, env)))?.trim() ?? "";
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(commit))
    throw new Misuse(
      `The commit must be a whole id of 40 or 64 hexadecimal digits; found ${JSON.stringify(commit)}. Say --commit.`,
    );

  const paths = files.length > 0 ? files.map((file) => resolve(file)) : await findReports(root);
  if (paths.length === 0)
    throw new Error(`No coverage report was found below ${root}. Name the files, or see to it that tests write one.`);
  const reports = await Promise.all(paths.map((path) => readReport(root, path)));
  for (const { path, format, coverage } of reports) console.log(`${path}: ${format.name}, ${coverage.size} files`);

  const { coverage, unknown } = gather(reports, { root, tracked: await trackedFiles(root) });
  for (const name of unknown.slice(0, 10)) console.error(`left out, as no file of the repository is called so: ${name}`);
  if (unknown.length > 10) console.error(`left out likewise: ${unknown.length - 10} more`);
  if (coverage.size === 0 && unknown.length > 0)
    throw new Error("None of the reports' files is one of the repository. Say --root.");

  const { total, covered, percent } = figures(coverage);
  console.log(`${coverage.size} files, ${covered} of ${total} lines covered (${percent.toFixed(2)} %)`);
  if (!target) return console.log(`Nothing was sent for ${commit}: this is a dry run.`);
  const data = Object.fromEntries([...coverage].map(([path, lines]) => [path, encodeLines(lines)]));
  await send(
    { commit_sha: commit, data },
    { ...target, waiting: (reason, seconds) => console.error(`${reason}; trying again in ${Math.ceil(seconds)} s`) },
  );
  console.log(`Sent to ${target.url} for ${commit}.`);
}

/** The token is never taken from the command line: other accounts of the machine can read that. */
async function targetOf({ url: given, tokenFile }: Options, env: Environment): Promise<{ url: string; token: string }> {
  const url = given ?? env.COCOV_URL ?? "";
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
    throw new Misuse("The platform's address is missing: say --url, or set COCOV_URL.");
  const token = (tokenFile === undefined ? (env.COCOV_REPOSITORY_TOKEN ?? "") : await Bun.file(tokenFile).text()).trim();
  if (!/^crt_\S+$/.test(token))
    throw new Misuse(
      "The repository's token is missing: set COCOV_REPOSITORY_TOKEN, or say --token-file. It begins with crt_ and stands in the repository's settings.",
    );
  return { url, token };
}
