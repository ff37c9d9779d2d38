/**
 * Finds a circle in a graph of requirements.
 * @param requirements name -> names it requires
 * @returns the names along one circle, the first repeated at the end; null when there is none
 */
export function findCycle(requirements: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | null => {
    const start = path.indexOf(name);
    if (start >= 0) return [...path.slice(start), name];
    if (done.has(name)) return null;
    for (const required of requirements.get(name) ?? []) {
      const cycle = visit(required, [...path, name]);
      if (cycle) return cycle;
    }
    done.add(name);
    return null;
  };
  for (const name of requirements.keys()) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return null;
}
