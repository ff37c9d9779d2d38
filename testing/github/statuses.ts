/** A commit status that arrived. */
export type CommitStatus = {
  id: number;
  repositoryId: number;
  /** The repository's name when it arrived. */
  repository: string;
  sha: string;
  context: string;
  state: "error" | "failure" | "pending" | "success";
  description: string | null;
  target_url: string | null;
  at: Date;
};

/** Which statuses are meant; what is left out doesn't matter. */
export type StatusFilter = {
  repository?: string;
  sha?: string;
  context?: string;
  state?: CommitStatus["state"];
  /** Text that the description contains. */
  description?: string;
};

/** The statuses that arrived, in that order. */
export type StatusStore = {
  add(status: CommitStatus): void;
  list(filter?: StatusFilter): CommitStatus[];
  /**
   * @returns the first status that matches, come or still to come
   * @throws {Error} after the time, listing what did arrive
   */
  wait(filter: StatusFilter, timeoutMs?: number): Promise<CommitStatus>;
};

export function createStatusStore(): StatusStore {
  const statuses: CommitStatus[] = [];
  const arrivals = new EventTarget();
  const list = (filter: StatusFilter = {}) => statuses.filter((status) => matches(status, filter));
  return {
    add(status) {
      statuses.push(status);
      arrivals.dispatchEvent(new Event("status"));
    },
    list,
    wait: (filter, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          arrivals.removeEventListener("status", look);
          reject(new Error(`no status ${JSON.stringify(filter)} within ${timeoutMs} ms; arrived: ${summary(statuses)}`));
        }, timeoutMs);
        const look = () => {
          const [found] = list(filter);
          if (found === undefined) return;
          clearTimeout(timer);
          arrivals.removeEventListener("status", look);
          resolve(found);
        };
        arrivals.addEventListener("status", look);
        look();
      }),
  };
}

function matches(status: CommitStatus, filter: StatusFilter): boolean {
  const { description, ...exact } = filter;
  if (description !== undefined && !status.description?.includes(description)) return false;
  return (["repository", "sha", "context", "state"] as const).every(
    (key) => exact[key] === undefined || exact[key] === status[key],
  );
}

function summary(statuses: CommitStatus[]): string {
  return (
    statuses.map((one) => `${one.context} ${one.state} (${one.description}) for ${one.repository} ${one.sha}`).join("; ") ||
    "none"
  );
}
