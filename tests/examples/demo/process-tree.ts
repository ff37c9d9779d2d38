/**
 * @param program part of their command lines; any command without it. Ids tell nothing of who started first: they begin anew.
 * @returns ids of the processes that a process has started
 */
export function children(pid: number, program = ""): number[] {
  return processes().flatMap((one) => (one.parent === pid && one.command.includes(program) ? [one.pid] : []));
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

function processes(): { pid: number; parent: number; state: string; command: string }[] {
  const { stdout } = Bun.spawnSync(["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="]);
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => {
      const [pid, parent, state = "", ...command] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state, command: command.join(" ") };
    });
}
