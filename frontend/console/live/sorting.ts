/** The order of the tables beneath, kept in the address: `?sort=paying`, `?sort=-name` the other way round. */
import type { Child } from "./state";

export const COLUMNS = ["name", "paying", "share", "today", "month", "active", "contributions", "arrears"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  readonly column: Column;
  readonly isReversed: boolean;
}

const FIRST: Order = { column: "share", isReversed: false };

export function share(row: Child): number {
  return row.target ? (row.month.accepted ?? 0) / row.target : -1;
}

const VALUES: Record<Exclude<Column, "name">, (row: Child) => number> = {
  paying: (row) => row.stood.paying ?? -1,
  share,
  today: (row) => row.today.accepted ?? 0,
  month: (row) => row.month.accepted ?? 0,
  active: (row) => row.month.active ?? 0,
  contributions: (row) => row.month.contributions ?? 0,
  arrears: (row) => row.stood.arrears ?? -1,
};

export function readOrder(search: string): Order {
  const text = new URLSearchParams(search).get("sort") ?? "";
  const column = COLUMNS.find((one) => one === text.replace(/^-/, ""));
  return column ? { column, isReversed: text.startsWith("-") } : FIRST;
}

/** The same column again turns the order round. */
export function nextOrder(now: Order, column: Column): Order {
  return now.column === column ? { column, isReversed: !now.isReversed } : { column, isReversed: false };
}

export function writeOrder({ column, isReversed }: Order): void {
  const address = new URL(location.href);
  address.searchParams.set("sort", `${isReversed ? "-" : ""}${column}`);
  history.replaceState(history.state, "", address);
}

/** Names from A, numbers from the largest; equal ones by their code. */
export function sorted(rows: readonly Child[], { column, isReversed }: Order): Child[] {
  const turn = isReversed ? -1 : 1;
  const compare =
    column === "name"
      ? (a: Child, b: Child) => a.name.localeCompare(b.name)
      : (a: Child, b: Child) => VALUES[column](b) - VALUES[column](a);
  return [...rows].sort((a, b) => turn * compare(a, b) || a.code.localeCompare(b.code));
}
