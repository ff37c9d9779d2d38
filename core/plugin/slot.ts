/** An extension point: a typed place that its owner declares and reads, and that other plugins fill. Made with {@link slot}. */
export interface Slot<T> {
  /** Unique, `<owner>.<what it takes>`. */
  readonly name: string;
  /** Whether one plugin fills it or any number of them. */
  readonly takes: "one" | "all";
  /** Whether somebody must fill it. */
  readonly required: boolean;
  /** What no two contributions may have in common; undefined when they may be alike. */
  keyOf?(value: T): string;
  /** Fills the slot: put the result into the list `contribute` that a plugin's `setup` returns. */
  with(value: T): Contribution;
}

/** A slot that at most one plugin fills. */
export interface SlotOfOne<T> extends Slot<T> {
  readonly takes: "one";
}

/** A slot that exactly one plugin fills. */
export interface RequiredSlot<T> extends SlotOfOne<T> {
  readonly required: true;
}

/** A slot that any number of plugins fill. */
export interface SlotOfAll<T> extends Slot<T> {
  readonly takes: "all";
}

/** What a plugin's `setup` returns in `contribute`. */
export interface Contribution {
  readonly slot: string;
  readonly value: unknown;
}

/**
 * Makes extension points. The owner exports each, lists it in the `slots` of its manifest, and reads it in `setup`.
 *
 * @example
 * // the owner
 * export const repositoryGraphs = slot.all<GraphSource>("repositories.graphs", { key: ({ name }) => name });
 * export const mountSecrets = slot.one<MountSecrets>("checks.mount_secrets");
 * const graphs = slots.all(repositoryGraphs);   // call graphs() when it is needed, not in setup()
 * const secrets = slots.one(mountSecrets);      // secrets() is undefined while nobody fills it
 * // a contributor, in what its setup() returns
 * contribute: [repositoryGraphs.with({ name: "issues", daily })]
 */
export const slot = {
  /** A second provider is a mistake at start, and with `required` none at all is, too. */
  one: makeSlotOfOne,
  /** @param options.key two contributions for which it is the same are a mistake at start */
  all: <T>(name: string, { key }: { key?: (value: T) => string } = {}): SlotOfAll<T> => ({
    ...filling<T>(name),
    takes: "all",
    required: false,
    ...(key ? { keyOf: key } : {}),
  }),
};

function makeSlotOfOne<T>(name: string, options: { required: true }): RequiredSlot<T>;
function makeSlotOfOne<T>(name: string): SlotOfOne<T>;
function makeSlotOfOne<T>(name: string, { required } = { required: false }): SlotOfOne<T> {
  return { ...filling<T>(name), takes: "one", required };
}

function filling<T>(name: string): Pick<Slot<T>, "name" | "with"> {
  return { name, with: (value) => ({ slot: name, value }) };
}
