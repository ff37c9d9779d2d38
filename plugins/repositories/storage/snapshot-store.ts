import type { Archive } from "./archive";

/** A finished archive. */
export interface StoredArchive extends Archive {
  /** Where it is: an absolute path here, a key in an object store. */
  readonly location: string;
  /** Bytes that it takes together with its checksum file. */
  readonly storedBytes: number;
}

/**
 * Where finished archives are kept for the Workers, addressed by repository name and commit. What it has is whole: an archive
 * counts as present once its checksum is.
 */
export interface SnapshotStore {
  /**
   * Lets `write` make the archive in a file of its own, then publishes archive and checksum, in that order, each at once.
   * A failure leaves nothing behind.
   *
   * @param write gets the absolute path of a file that doesn't exist yet
   * @throws what `write` throws; SnapshotError when the disk is full
   */
  put(name: string, sha: string, write: (path: string) => Promise<Archive>): Promise<StoredArchive>;
  /** The archive, or null when it isn't there as a whole. */
  find(name: string, sha: string): Promise<StoredArchive | null>;
  /** The archive's bytes as a file that is read where and when it is consumed. */
  open(stored: StoredArchive): Blob;
  /** The archive's bytes. @throws when it isn't there */
  read(stored: StoredArchive): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Deletes all that is kept of a commit. */
  remove(name: string, sha: string): Promise<void>;
  /** Deletes all that is kept of a repository. */
  removeRepository(name: string): Promise<void>;
  /** Moves what is kept of a repository to its new name. What is already queued under the old name stays readable. */
  rename(oldName: string, newName: string): Promise<void>;
}
