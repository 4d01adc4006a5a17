/** The parts of a scope, grouped by kind, best attainment first unless asked otherwise; each leads to its own live screen. */
import { useState } from "preact/hooks";
import { screenOf } from "./drill";
import { type Column, nextOrder, type Order, readOrder, sorted, writeOrder } from "./sorting";
import { type Child, nameOf } from "./state";
import { number, percent, rupiah, t } from "./texts";

const ORDER = ["region", "branch", "sub_branch", "agency_office", "agent"] as const;
const FIRST_ROWS = 50;
const HEADS: readonly { column: Column; is: string }[] = [
  { column: "name", is: "" },
  { column: "paying", is: "number" },
  { column: "share", is: "live-share" },
  { column: "today", is: "number" },
  { column: "month", is: "number live-wide" },
  { column: "active", is: "number live-wide" },
  { column: "contributions", is: "number live-wide" },
  { column: "arrears", is: "number live-wide" },
];

type Level = (typeof ORDER)[number];

export function Children({ rows, base }: { rows: readonly Child[]; base: string }) {
  const [order, setOrder] = useState(() => readOrder(location.search));
  const sort = (column: Column): void => {
    const next = nextOrder(order, column);
    setOrder(next);
    writeOrder(next);
  };
  return (
    <>
      {ORDER.map((level) => {
        const members = rows.filter((row) => row.level === level);
        return (
          members.length > 0 && <Group key={level} level={level} rows={members} base={base} order={order} sort={sort} />
        );
      })}
    </>
  );
}

interface GroupProps {
  level: Level;
  rows: readonly Child[];
  base: string;
  order: Order;
  sort: (column: Column) => void;
}

function Group({ level, rows, base, order, sort }: GroupProps) {
  const [isWhole, setWhole] = useState(false);
  const all = sorted(rows, order);
  const shown = isWhole ? all : all.slice(0, FIRST_ROWS);
  return (
    <section class="card live-group" data-group={level}>
      <h2 class="live-title">
        {t[level]} <small class="muted">{number(rows.length)}</small>
      </h2>
      <div class="live-scroll">
        <table class="table">
          <thead>
            <tr>
              {HEADS.map(({ column, is }) => (
                <Head key={column} column={column} is={is} order={order} sort={sort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={nameOf(row)} row={row} base={base} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < all.length && (
        <button class="btn btn-quiet live-more" type="button" onClick={() => setWhole(true)}>
          {t.more(number(all.length - shown.length))}
        </button>
      )}
    </section>
  );
}

function Head({ column, is, order, sort }: { column: Column; is: string; order: Order; sort: (c: Column) => void }) {
  const isOn = order.column === column;
  // Names go up by themselves, numbers down.
  const isUp = (column === "name") !== order.isReversed;
  return (
    <th scope="col" class={is} aria-sort={isOn ? (isUp ? "ascending" : "descending") : undefined}>
      <button class="live-sort" type="button" data-sort={column} onClick={() => sort(column)}>
        {t.columns[column]}
        <span aria-hidden="true">{isOn ? (isUp ? " ▲" : " ▼") : ""}</span>
      </button>
    </th>
  );
}

function Row({ row, base }: { row: Child; base: string }) {
  const accepted = row.month.accepted ?? 0;
  const address = screenOf(base, row.level, row.key);
  const paying = row.stood.paying ?? null;
  const arrears = row.stood.arrears ?? null;
  return (
    <tr data-row data-href={address} tabIndex={0}>
      <th scope="row">
        <a href={address}>{row.name}</a>
        <small>{row.code}</small>
      </th>
      <td class="number">{paying === null ? "–" : number(paying)}</td>
      <td class="live-share">
        {row.target ? (
          <>
            <span>
              {percent(accepted, row.target)}{" "}
              <small>
                {number(accepted)}/{number(row.target)}
              </small>
            </span>
            <svg class="live-bar thin" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect class="track" width="100" height="10" />
              <rect class="fill" width={Math.max(0, Math.min(100, (accepted * 100) / row.target))} height="10" />
            </svg>
          </>
        ) : (
          <small class="muted">{t.noTarget}</small>
        )}
      </td>
      <td class="number">{number(row.today.accepted ?? 0)}</td>
      <td class="number live-wide">{number(accepted)}</td>
      <td class="number live-wide">{number(row.month.active ?? 0)}</td>
      <td class="number live-wide">{rupiah(row.month.contributions ?? 0)}</td>
      <td class="number live-wide">{arrears === null ? "–" : rupiah(arrears)}</td>
    </tr>
  );
}
