/** What the live screen shows, as `perisai/web/live/payload.py` builds it, and how a change is applied to it. */

export type Sums = Readonly<Record<string, number>>;

export interface Attainment {
  readonly attained: number;
  readonly target: number | null;
  readonly expected: number | null;
  readonly needed_per_day: number | null;
  readonly days_left: number;
}

export interface Quota {
  readonly cap: number;
  readonly used: number;
  readonly leased: number;
  readonly left: number;
  readonly over: number;
}

export interface FeedItem {
  readonly n: string;
  readonly day: string;
  readonly time: string;
  readonly kind: string;
  readonly id: string;
  readonly en: string;
  readonly agent: string | null;
  readonly agent_id: string | null;
  readonly office: string;
  readonly region: string | null;
  readonly quantity: number;
  readonly amount: number;
}

export interface Child {
  readonly level: string;
  readonly key: string;
  readonly code: string;
  readonly name: string;
  readonly target: number | null;
  readonly today: Sums;
  readonly month: Sums;
}

export interface Payload {
  readonly level: string;
  readonly key: string;
  readonly position: number;
  readonly as_of: number;
  readonly moved_at: number | null;
  readonly day: string;
  readonly month_first: string;
  readonly hour: number;
  readonly today: Sums;
  readonly month: Sums;
  readonly attainment: Attainment;
  readonly quota: Quota | null;
  readonly hours: readonly number[];
  readonly feed: readonly FeedItem[];
  /** Persons by regency code: this month, today. */
  readonly regencies: Readonly<Record<string, readonly [number, number]>>;
  readonly children: readonly Child[];
}

/** Only what is different; sums, regencies and children hold their changed entries, the feed its new items. */
export type Change = Partial<Payload>;

const FEED_LENGTH = 30;

export function apply(now: Payload, change: Change): Payload {
  const { today, month, regencies, children, feed, ...whole } = change;
  const rows = new Map((children ?? []).map((row) => [nameOf(row), row]));
  const known = new Set(now.feed.map((item) => item.n));
  const news = (feed ?? []).filter((item) => !known.has(item.n));
  return {
    ...now,
    ...whole,
    today: { ...now.today, ...today },
    month: { ...now.month, ...month },
    regencies: { ...now.regencies, ...regencies },
    children: now.children.map((row) => rows.get(nameOf(row)) ?? row),
    feed: [...news, ...now.feed].slice(0, FEED_LENGTH),
  };
}

export function nameOf(row: Child): string {
  return `${row.level}/${row.key}`;
}

export interface Tile {
  readonly code: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

export interface TileMap {
  readonly columns: number;
  readonly rows: number;
  readonly tiles: readonly Tile[];
  readonly blocks: readonly { code: string; name: string; x: number; y: number; width: number }[];
  readonly served: readonly string[];
}

export interface Ticket {
  readonly ticket: string;
  readonly seconds: number;
  readonly origin: string;
}

/** What the page hands the script (`perisai/web/live/console.py`). */
export interface Screen {
  readonly payload: Payload;
  readonly ticket: Ticket;
  readonly map: TileMap | null;
  readonly base: string;
  readonly members: string;
  readonly data: string;
  readonly renew: string;
}
