/** @returns ids of the processes that a process has started */
export function children(pid: number): number[] {
  return processes().flatMap((one) => (one.parent === pid ? [one.pid] : []));
}

/** @returns ids of the processes that a process has started, and that those have started */
export function descendants(pid: number): number[] {
  return children(pid).flatMap((child) => [child, ...descendants(child)]);
}

/** @returns those of the processes that are still there, and aren't just waiting for their parent to notice their end */
export function alive(pids: readonly number[]): number[] {
  const running = new Set(processes().flatMap(({ pid, state }) => (state.startsWith("Z") ? [] : [pid])));
  return pids.filter((pid) => running.has(pid));
}

function processes(): { pid: number; parent: number; state: string }[] {
  const { stdout } = Bun.spawnSync(["ps", "-A", "-o", "pid=,ppid=,stat="]);
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => {
      const [pid, parent, state = ""] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state };
    });
}
