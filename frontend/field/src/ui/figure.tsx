import { useEffect, useRef, useState } from "preact/hooks";
import { formatNumber } from "../i18n/format";

const SHOWN_FOR = 2_000;

/** A number that may move while somebody looks: it says by how much, quietly, for two seconds. */
export function Figure({ value, testid }: { value: number; testid?: string }) {
  const before = useRef(value);
  const [moved, setMoved] = useState(0);
  useEffect(() => {
    const by = value - before.current;
    before.current = value;
    if (by === 0) return;
    setMoved(by);
    const timer = setTimeout(() => setMoved(0), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [value]);
  return (
    <span class="figure">
      {moved !== 0 && (
        <span class="figure__moved" aria-hidden="true">
          {moved > 0 ? `+${formatNumber(moved)}` : formatNumber(moved)}
        </span>
      )}
      <span data-testid={testid}>{formatNumber(value)}</span>
    </span>
  );
}
