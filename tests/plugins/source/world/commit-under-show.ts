import type { TreeEntry } from "../../../../testing/github";
import { type IssuesWorld, issue, type TestRepository } from "../../issues/issues-world";

export interface AffectedFile {
  status: string;
  content?: ({ type: "line"; line: number; source: string } | { type: "warn"; text: string; padding: string })[];
  truncated?: true;
}

/** Where an issue is. */
export type Place = { file: string; line_start?: number; line_end?: number; message?: string };

/** A stored commit, and a way to see places in its files. */
export interface CommitUnderShow {
  readonly repository: TestRepository;
  readonly sha: string;
  /** Registers an issue at each place. */
  report(places: readonly Place[]): Promise<void>;
  /** @returns the first page of the commit's issues, and how large the answer was */
  page(): Promise<{ shown: AffectedFile[]; bytes: number }>;
  /** Does both. @returns what is shown of each place */
  show(places: readonly Place[]): Promise<AffectedFile[]>;
}

let repositories = 0;

/** Stores a commit with these files in a repository of its own. */
export async function commitWith(world: IssuesWorld, files: Record<string, TreeEntry>): Promise<CommitUnderShow> {
  repositories += 1;
  const repository = await world.repository(`source-${repositories}`);
  const { sha } = await repository.push({ files });

  async function report(places: readonly Place[]): Promise<void> {
    const issues = places.map((place) => issue(crypto.randomUUID(), { line_end: place.line_start ?? 1, ...place }));
    const { status } = await repository.put(sha, issues);
    if (status !== 204) throw new Error(`issues were refused with ${status}`);
  }

  async function page(): Promise<{ shown: AffectedFile[]; bytes: number }> {
    const path = `/commits/${sha}/issues?per_page=100`;
    const { issues } = await repository.get<{ issues: { affected_file: AffectedFile }[] }>(path);
    return { shown: issues.map(({ affected_file }) => affected_file), bytes: JSON.stringify(issues).length };
  }

  return {
    repository,
    sha,
    report,
    page,
    async show(places) {
      await report(places);
      return (await page()).shown;
    },
  };
}

/** @returns an excerpt's line numbers, with the message where it stands */
export const linesOf = ({ content }: AffectedFile = { status: "" }): (number | string)[] | undefined =>
  content?.map((item) => (item.type === "line" ? item.line : item.text));

/** @returns the text of each line, markup and escapes taken away */
export const textsOf = ({ content }: AffectedFile = { status: "" }): string[] | undefined =>
  content?.flatMap((item) => (item.type === "line" ? [textOf(item.source)] : []));

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function textOf(source: string): string {
  const html = source.slice("<pre>".length, -"\n</pre>".length);
  return html.replace(/<[^>]*>/g, "").replace(/&([^;]+);/g, (_, name: string) => entities[name] ?? "?");
}
