import { DepGraph, DepGraphCycleError } from "dependency-graph";

/** Name -> names it requires. Those that aren't among the names count for nothing. */
export type Requirements = ReadonlyMap<string, readonly string[]>;

/** @returns the names in alphabetical order, but each after those it requires; or those along one circle, the first repeated at the end */
export function requirementOrder(requirements: Requirements): { order: readonly string[] } | { cycle: readonly string[] } {
  try {
    const graph = graphOf(requirements, false);
    const names = [...requirements.keys()].sort();
    return { order: [...new Set(names.flatMap((name) => [...graph.dependenciesOf(name), name]))] };
  } catch (error) {
    if (!(error instanceof DepGraphCycleError)) throw error;
    const path = error.cyclePath;
    return { cycle: path.slice(path.indexOf(path.at(-1) ?? "")) };
  }
}

/** @returns those that can't do without a name, however far away */
export const requirersOf = (name: string, requirements: Requirements): readonly string[] =>
  graphOf(requirements, true).dependantsOf(name);

function graphOf(requirements: Requirements, circular: boolean): DepGraph<string> {
  const graph = new DepGraph<string>({ circular });
  for (const name of requirements.keys()) graph.addNode(name);
  for (const [name, required] of requirements) {
    for (const other of required) if (graph.hasNode(other)) graph.addDependency(name, other);
  }
  return graph;
}
