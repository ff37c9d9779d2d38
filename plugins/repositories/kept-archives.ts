import type { KeptOutside } from "../../core";
import type { CommitStorage } from "../storage";

/** Commits of one statement. */
const batch = 1000;

interface Kept {
  readonly id: number;
  readonly name: string;
  readonly sha: string;
}

/** The archives of commits that the rows say are there, for backups: `<repository's name>/<commit>`. */
export function archivesOfCommits(storage: CommitStorage): KeptOutside {
  const placeOf = (key: string): [name: string, sha: string] => {
    const [name = "", sha = ""] = key.split("/");
    return [name, sha];
  };
  return {
    name: "storage",
    summary: "archives of commits",
    // Who keeps a bucket has it kept safe by whoever runs that.
    copied: storage.mode === "local",
    missing: "is fetched again when somebody needs it",
    async *list({ sql }) {
      for (let after = 0; ; ) {
        const rows = await sql<Kept[]>`
          SELECT c.id, r.name::text, c.sha::text FROM commits c JOIN repositories r ON r.id = c.repository_id
           WHERE c.id > ${after} AND c.clone_status = 'completed' ORDER BY c.id LIMIT ${batch}`;
        const last = rows.at(-1);
        if (!last) return;
        after = last.id;
        yield* rows.map(({ name, sha }) => `${name}/${sha}`);
      }
    },
    async find(key) {
      const found = await storage.locate(...placeOf(key));
      return found && { size: found.size, sha256: found.sha256, open: () => streamOf(storage.open(found)) };
    },
    put: (key, content) => storage.putBack(...placeOf(key), content),
  };
}

const streamOf = (opened: ReturnType<CommitStorage["open"]>) => (opened instanceof Blob ? opened.stream() : opened);
