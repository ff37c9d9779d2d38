/** One fetch that was answered with a pack. */
export type FetchRecord = {
  at: Date;
  repository: string;
  /** Who fetched, as in the request log. */
  caller: string;
  /** SHAs asked for. */
  wants: string[];
  /** SHAs the client said it has. */
  haves: string[];
  /** Bytes of the answer sent so far; final when the client has got all. */
  bytes: number;
};

/** Fetches, in the order in which they began. */
export type FetchLog = {
  add(record: FetchRecord): void;
  list(repository?: string): FetchRecord[];
};

export function createFetchLog(): FetchLog {
  const records: FetchRecord[] = [];
  return {
    add: (record) => void records.push(record),
    list: (repository) => records.filter((record) => repository === undefined || record.repository === repository),
  };
}
