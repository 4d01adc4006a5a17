/** A code as rows of modules, `1` dark. The encoder is loaded only here. */
export async function rowsOf(text: string, correction: "L" | "M"): Promise<readonly string[]> {
  const { encode } = await import("uqr");
  return encode(text, { ecc: correction, border: 0 }).data.map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
}

/** Rows of modules as one path, each run of dark modules one rectangle. */
export function qrPath(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map((run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`),
    )
    .join("");
}

/** A QR code, dark on light whatever the theme: scanners want it so. */
export function Qr({ rows, label }: { rows: readonly string[]; label: string }) {
  const size = rows.length;
  if (size === 0) return null;
  const quiet = 4;
  return (
    <svg
      class="qr"
      viewBox={`${-quiet} ${-quiet} ${size + 2 * quiet} ${size + 2 * quiet}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
      data-testid="qr"
    >
      <rect x={-quiet} y={-quiet} width={size + 2 * quiet} height={size + 2 * quiet} fill="#fff" />
      <path d={qrPath(rows)} fill="#000" />
    </svg>
  );
}
