const units = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** @returns a number of bytes in words, to about three digits */
export function size(bytes: number): string {
  const step = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}
