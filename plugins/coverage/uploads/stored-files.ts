import type { Database } from "../../../core";
import { letGo } from "../let-go";
import type { coverageUploadParts, coverageUploads } from "../tables";
import { unpackPart } from "./parts";

/** A file of an upload. */
export interface StoredFile {
  readonly path: string;
  /** The bytes of the text that came with it, in pieces. */
  readonly text: readonly Uint8Array[];
}

/**
 * Reads an upload's files, as many at a time as a part has, without those that others of the same path replace. A connection is used for
 * one part, and not held. One large file is in memory as a whole.
 */
export async function* readFiles({ sql }: Database, uploadId: number): AsyncGenerator<readonly StoredFile[]> {
  const [upload] = await sql<Pick<typeof coverageUploads.$inferSelect, "replacedFiles">[]>`
    SELECT replaced_files AS "replacedFiles" FROM coverage_uploads WHERE id = ${uploadId}`;
  const replaced = new Set(upload?.replacedFiles);
  let index = 0;
  /** The part's last file may go on in the next part. */
  let last: { path: string; text: Uint8Array[]; isReplaced: boolean } | undefined;

  for (let position = 0; ; position++) {
    const [part] = await sql<Pick<typeof coverageUploadParts.$inferSelect, "data">[]>`
      SELECT data FROM coverage_upload_parts WHERE upload_id = ${uploadId} AND position = ${position}`;
    const complete: StoredFile[] = [];
    for (const { path, text } of part ? await unpackPart(part.data) : []) {
      if (path === null) {
        if (last && !last.isReplaced) last.text.push(text);
        continue;
      }
      if (last && !last.isReplaced) complete.push(last);
      last = { path, text: [text], isReplaced: replaced.has(index++) };
    }
    if (!part && last && !last.isReplaced) complete.push(last);
    if (complete.length > 0) yield complete;
    letGo(complete.reduce((sum, { text }) => text.reduce((all, piece) => all + piece.length, sum), 0));
    if (!part) return;
  }
}
