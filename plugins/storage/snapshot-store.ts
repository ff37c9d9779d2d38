import type { Archive } from "./archive";

/** A finished archive. */
export interface StoredArchive extends Archive {
  /** Where it is: an absolute path here, a key in an object store. */
  readonly location: string;
  /** Bytes that it takes together with its checksum file. */
  readonly storedBytes: number;
}

/** First and last byte. */
export type ByteRange = readonly [first: number, last: number];

/**
 * Which of these commits another repository keeps under a name by now; null when no repository has the name. Asked after what is
 * there was listed, so that what such a repository puts there later is left alone.
 */
export type HeldCommits = (shas: readonly string[]) => Promise<ReadonlySet<string> | null>;

/**
 * Where finished archives are kept for the Workers, addressed by repository name and commit. What it has is whole: an archive
 * counts as present once its checksum is. A name that no repository on GitHub can have, like one given up to another repository,
 * has nothing.
 */
export interface SnapshotStore {
  /** Makes what it needs, or closes what is there to whom it shouldn't be open to. @throws when it can't be used */
  prepare(): Promise<void>;
  /**
   * Lets `write` make the archive in a file of its own, then publishes archive and checksum, in that order, each at once.
   * A failure leaves nothing behind.
   *
   * @param write gets the absolute path of a file that doesn't exist yet
   * @throws what `write` throws; SnapshotError when the disk is full; RangeError for a name that can't exist
   */
  put(name: string, sha: string, write: (path: string) => Promise<Archive>): Promise<StoredArchive>;
  /** The archive, or null when it isn't there as a whole. */
  find(name: string, sha: string): Promise<StoredArchive | null>;
  /**
   * The archive's bytes, or some of them, for an answer: read where and when they are consumed.
   * @param range first and last byte
   */
  open(stored: StoredArchive, range?: ByteRange): Blob | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The archive's bytes. @throws when it isn't there */
  read(stored: StoredArchive): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Of which commits there is something under a name, and of which of these a whole archive: from one look, however many. */
  commits(name: string): Promise<{ readonly whole: ReadonlySet<string>; readonly any: ReadonlySet<string> }>;
  /** Folders of repositories, each the SHA-1 of a name; not those that only lead to another. */
  folders(): Promise<readonly string[]>;
  /** Deletes what is kept of commits in the folder of a name that nobody has. */
  removeFolder(folder: string): Promise<void>;
  /** Deletes all that is kept of a commit. */
  remove(name: string, sha: string): Promise<void>;
  /** Deletes all that is kept under the name of a repository that is gone, but for what another one that has the name keeps there. */
  removeRepository(name: string, held: HeldCommits): Promise<void>;
  /**
   * Moves what is kept of a repository to its new name. What is already queued under the old name stays readable, until
   * `removeRepository` is called for it.
   */
  rename(oldName: string, newName: string): Promise<void>;
}
