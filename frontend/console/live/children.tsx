/** The parts of a scope, grouped by kind, best attainment first unless asked otherwise; each leads to its own live screen, each of
 * its numbers to the records behind it. */
import { useState } from "preact/hooks";
import { type Days, listBeneath, screenOf } from "./drill";
import { type Column, nextOrder, type Order, readOrder, sorted, writeOrder } from "./sorting";
import { type Child, nameOf, type Payload, type Screen } from "./state";
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

export function Children({ payload, screen }: { payload: Payload; screen: Screen }) {
  const [order, setOrder] = useState(() => readOrder(location.search));
  const sort = (column: Column): void => {
    const next = nextOrder(order, column);
    setOrder(next);
    writeOrder(next);
  };
  return (
    <>
      {ORDER.map((level) => {
        const rows = payload.children.filter((row) => row.level === level);
        const shown = { level, rows, payload, screen, order, sort };
        return rows.length > 0 && <Group key={level} {...shown} />;
      })}
    </>
  );
}

interface GroupProps {
  level: Level;
  rows: readonly Child[];
  payload: Payload;
  screen: Screen;
  order: Order;
  sort: (column: Column) => void;
}

function Group({ level, rows, payload, screen, order, sort }: GroupProps) {
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
              <Row key={nameOf(row)} row={row} payload={payload} screen={screen} />
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

interface RowProps {
  row: Child;
  payload: Payload;
  screen: Screen;
}

function Row({ row, payload, screen }: RowProps) {
  const accepted = row.month.accepted ?? 0;
  const address = screenOf(screen.base, row.level, row.key);
  const today: Days = { first: payload.day, last: payload.day };
  const month: Days = { first: payload.month_first, last: payload.day };
  const list = (name: string, days: Days): string => listBeneath(screen, name, row, days);
  const active = row.month.active ?? 0;
  return (
    <tr data-row data-href={address} tabIndex={0}>
      <th scope="row">
        <a href={address}>{row.name}</a>
        <small>{row.code}</small>
      </th>
      <Told is="number" value={row.stood.paying} write={number} list={list("paying", today)} />
      <td class="live-share">
        {row.target ? (
          <>
            <span>
              <a class="live-told" href={list("accepted", month)}>
                {percent(accepted, row.target)}
              </a>{" "}
              <small>
                {number(accepted)}/
                <a class="live-told" href={list("target", month)}>
                  {number(row.target)}
                </a>
                {row.of_agents && ` · ${t.targetOfAgents}`}
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
      <Told is="number" value={row.today.accepted ?? 0} write={number} list={list("accepted", today)} />
      <Told is="number live-wide" value={accepted} write={number} list={list("accepted", month)} />
      <Told is="number live-wide" value={active} write={number} list={list("active", month)} />
      <Told
        is="number live-wide"
        value={row.month.contributions ?? 0}
        write={rupiah}
        list={list("contributions", month)}
      />
      <Told is="number live-wide" value={row.stood.arrears} write={rupiah} list={list("arrears", today)} />
    </tr>
  );
}

interface ToldProps {
  is: string;
  value: number | null | undefined;
  write: (value: number) => string;
  list: string;
}

/** A number that leads to the records behind it. */
function Told({ is, value, write, list }: ToldProps) {
  return (
    <td class={is}>
      {value === null || value === undefined ? (
        "–"
      ) : (
        <a class="live-told" href={list}>
          {write(value)}
        </a>
      )}
    </td>
  );
}
