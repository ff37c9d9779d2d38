/** @returns `YYYY-MM-DDTHH:MM:SSZ`, UTC */
export const timeSeconds = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

/** @returns `YYYY-MM-DDTHH:MM:SS.mmmZ`, UTC */
export const timeMillis = (time: Date): string => time.toISOString();
