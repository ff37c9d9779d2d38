import { slot } from "cocov/core";

/** A note, as readers get it. */
export interface Note {
  readonly id: number;
  readonly text: string;
}

/**
 * Extension point: who gets every note. A reader may be told of a note twice, when another one failed; one that throws is told again.
 *
 * @example
 * // in what another plugin's setup returns, after `requires: [myPlugin]`
 * contribute: [noteReaders.with(async ({ text }) => await post(text))]
 */
export const noteReaders = slot.all<(note: Note) => Promise<void>>("my-plugin.note_readers");
