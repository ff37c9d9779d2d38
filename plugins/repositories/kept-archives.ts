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
      return found && { size: found.size, sha256: found.sha256, open: () => piecesOf(storage.open(found)) };
    },
    put: (key, content) => storage.putBack(...placeOf(key), content),
  };
}

/** Bytes of a piece. */
const pieceSize = 1024 * 1024;

/** A file is read piece by piece, which needs no stream that is paused. */
async function* piecesOf(opened: ReturnType<CommitStorage["open"]>): AsyncGenerator<Uint8Array> {
  if (!(opened instanceof Blob)) return yield* opened;
  for (let at = 0; ; at += pieceSize) {
    const piece = await opened.slice(at, at + pieceSize).bytes();
    if (piece.byteLength > 0) yield piece;
    if (piece.byteLength < pieceSize) return;
  }
}
