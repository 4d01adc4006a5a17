import { formatKilobytes, formatNumber } from "../../i18n/format";

/** `12,4 MB` above a megabyte, else kB. */
export function formatSize(bytes: number): string {
  if (bytes < 1_000_000) return formatKilobytes(bytes);
  const tenths = Math.ceil(bytes / 100_000);
  return `${formatNumber(Math.floor(tenths / 10))},${tenths % 10} MB`;
}
