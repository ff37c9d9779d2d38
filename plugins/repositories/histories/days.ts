import { z } from "zod";
import { errors } from "../errors";

/** Days in a row, each as `YYYY-MM-DD`, UTC, both included. None when `last` comes before `first`. */
export interface Days {
  readonly first: string;
  readonly last: string;
}

/** Days that graphs show. */
const shownDays = 31;
/** Days that one answer may have. */
const mostDays = 100;
const dayLength = 86_400_000;

/** Years that PostgreSQL and JavaScript write alike. */
const [earliest, latest] = [Date.parse("0001-01-02"), Date.parse("9999-12-30")];

/** A date, or a date with time and zone, of ISO 8601. */
export const isoMoment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .refine((text) => Date.parse(text) >= earliest && Date.parse(text) <= latest);

/** Today and the days before it that graphs show. */
export function recentDays(now = Date.now()): Days {
  return { first: dateOf(now - (shownDays - 1) * dayLength), last: dateOf(now) };
}

/**
 * The days of a range, taken as whole days: without the one it begins with, unless that is all there is.
 * @param from as {@link isoMoment} accepts it
 * @throws ApiError `repositories.stats_range_too_large`
 */
export function daysBetween(from: string, to: string): Days {
  const begin = dayOf(from);
  const end = dayOf(to);
  if ((end - begin) / dayLength > mostDays) throw errors.fail("repositories.stats_range_too_large");
  return { first: dateOf(begin === end ? begin : begin + dayLength), last: dateOf(end) };
}

/** @returns every one of the days, in order */
export function listDays({ first, last }: Days): string[] {
  const dates: string[] = [];
  for (let day = Date.parse(first); day <= Date.parse(last); day += dayLength) dates.push(dateOf(day));
  return dates;
}

/** @returns midnight, UTC, in milliseconds since 1970 */
const dayOf = (moment: string): number => Math.floor(Date.parse(moment) / dayLength) * dayLength;
const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
