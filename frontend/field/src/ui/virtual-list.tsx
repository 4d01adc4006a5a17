import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface Props<T> {
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  readonly render: (row: T) => ComponentChildren;
  readonly label: string;
}

const OVERSCAN = 6;
const ROW_REM = 5.25;
/** With text so large that a row of it is narrower than this, name and state need lines of their own. */
const NARROW_REM = 14;
const ROW_REM_NARROW = 10;

/**
 * A list of which only the rows near the screen exist, so that 5,000 scroll as easily as 5. It scrolls with the page;
 * rows have one height, in rem, so they grow with the text size. Place and length are told to screen readers.
 */
export function VirtualList<T>({ rows, keyOf, render, label }: Props<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [range, setRange] = useState(() => ({ from: 0, to: 20, high: rowRem() }));
  useEffect(() => {
    const measure = () => {
      const box = list.current?.getBoundingClientRect();
      if (!box) return;
      const high = rowRem();
      const height = high * rem();
      const from = Math.max(0, Math.floor(-box.top / height) - OVERSCAN);
      const to = Math.ceil((window.innerHeight - box.top) / height) + OVERSCAN;
      setRange((old) => (old.from === from && old.to === to && old.high === high ? old : { from, to, high }));
    };
    measure();
    window.addEventListener("scroll", measure, { passive: true });
    window.addEventListener("resize", measure);
    return () => {
      window.removeEventListener("scroll", measure);
      window.removeEventListener("resize", measure);
    };
  }, [rows]);
  const { high } = range;
  const from = Math.min(range.from, Math.max(0, rows.length - 1));
  const shown = rows.slice(from, range.to);
  return (
    <ul
      class={high === ROW_REM ? "rows" : "rows rows--narrow"}
      ref={list}
      aria-label={label}
      style={{ height: `${rows.length * high}rem` }}
      data-testid="rows"
      data-count={rows.length}
    >
      {shown.map((row, index) => (
        <li
          key={keyOf(row)}
          class="rows__row"
          aria-posinset={from + index + 1}
          aria-setsize={rows.length}
          style={{ top: `${(from + index) * high}rem`, height: `${high}rem` }}
        >
          {render(row)}
        </li>
      ))}
    </ul>
  );
}

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function rowRem(): number {
  return window.innerWidth < NARROW_REM * rem() ? ROW_REM_NARROW : ROW_REM;
}
