import { z } from "zod";
import { parameter } from "../../core";

const day = z.iso.date();
const moment = z.iso.datetime({ offset: true });
const dayMs = 86_400_000;

/** A stretch of time: one day, or one millisecond. */
export interface Stretch {
  readonly from: Date;
  /** The first moment after it. */
  readonly until: Date;
}

/**
 * A day (UTC) or a time with its zone.
 * @param invalid code of anything else
 */
export const stretch = (invalid: string, example: string) =>
  parameter
    .text({ invalid, trim: true })
    .meta({ example })
    .transform((text, context): Stretch => {
      const isDay = day.safeParse(text).success;
      const from = new Date(isDay || moment.safeParse(text).success ? text : Number.NaN);
      const year = from.getUTCFullYear();
      // What lies further away can't be written as PostgreSQL reads it.
      if (year >= 1970 && year <= 9998) return { from, until: new Date(from.getTime() + (isDay ? dayMs : 1)) };
      context.addIssue({ code: "custom", message: "isn't a day or a time with its zone" });
      return z.NEVER;
    });
