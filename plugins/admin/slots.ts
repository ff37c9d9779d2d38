import { type Queryable, slot } from "../../core";

/** A number next to an entry of the administration's menu. */
export interface SidebarCounter {
  /** Under which clients find it: what is counted, e.g. `secrets`. */
  readonly key: string;
  /** @returns how many there are, in one statement */
  count(q: Queryable): Promise<number>;
}

/** Filled by whoever has something in the administration's menu. */
export const sidebarCounter = slot.all<SidebarCounter>("admin.sidebar_counter", { key: ({ key }) => key });
