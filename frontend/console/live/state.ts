/** What the live screen shows, as `perisai/web/live/payload.py` builds it, and how a change is applied to it. */

export type Sums = Readonly<Record<string, number>>;

/** In working days of the scope's calendar. */
export interface Attainment {
  readonly attained: number;
  readonly target: number | null;
  readonly expected: number | null;
  readonly needed_per_day: number | null;
  readonly days: number;
  readonly days_gone: number;
  readonly days_left: number;
  readonly is_ramadan: boolean;
  readonly markets: readonly string[];
  /** Sum of the targets right beneath, where it is another than the target. */
  readonly beneath: number | null;
  /** The target is nothing but the sum of what the office's agents got. */
  readonly of_agents: boolean;
}

/** Today's enrolments beside a usual day: the same weekday of `sample` weeks before. */
export interface UsualDay {
  readonly so_far: number;
  readonly usual_by_now: number | null;
  readonly usual_day: number | null;
  readonly percent: number | null;
  readonly heading_for: number | null;
  readonly sample: number;
}

/** Of `of` people accepted in `month`, `persons` came this far. */
export interface Stage {
  readonly name: "first_paid" | "paying_3" | "paying_6" | "paying_12";
  readonly month: string;
  readonly persons: number;
  readonly of: number;
}

/** An agent beside those alike: `place` among `of`, null where too few are alike or too few days were worked. */
export interface Leader {
  readonly key: string;
  readonly code: string;
  readonly name: string;
  readonly is_city: boolean;
  readonly is_new: boolean;
  readonly accepted: number;
  readonly days: number;
  /** Accepted a working day, in hundredths. */
  readonly per_day: number;
  readonly of: number;
  readonly place: number | null;
}

interface Placed {
  readonly key: string;
  readonly code: string;
  readonly name: string;
  readonly accepted: number;
  readonly days: number;
  /** Accepted a working day (of a branch: and active agent), in hundredths. */
  readonly per_day: number;
  /** Null where too few are alike, or its own days or agents are too few. */
  readonly place: number | null;
}

/** A branch beside those alike: of so many active agents; accepted in per cent of an even pace towards its target. */
export interface LeadingBranch extends Placed {
  readonly agents: number | null;
  readonly of_pace: number | null;
}

export interface LeadingAgent extends Placed {
  readonly office: string;
}

/** Those alike: `of` are compared, `all` there are, the first of them in `rows`. */
export interface LeadingClass<Row extends Placed> {
  readonly is_city: boolean;
  readonly is_new?: boolean;
  readonly of: number;
  readonly all: number;
  readonly rows: readonly Row[];
}

export interface CapDay {
  readonly segment: string;
  readonly on: string | null;
  readonly is_full: boolean;
  readonly is_known: boolean;
  readonly last: string;
}

/** Null where nothing is known yet: no standing was taken. */
export type Stood = Readonly<Record<string, number | null>>;

export interface Quota {
  readonly cap: number;
  readonly used: number;
  readonly leased: number;
  readonly left: number;
  readonly over: number;
  /** Branches whose cap is reached, and how many have one. */
  readonly full: number;
  readonly branches: number;
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
  readonly of_agents: boolean;
  readonly today: Sums;
  readonly month: Sums;
  readonly stood: Stood;
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
  readonly stood: Stood;
  readonly standing_on: string | null;
  readonly standing_at: number | null;
  readonly attainment: Attainment;
  readonly quota: Quota | null;
  readonly cap_days: readonly CapDay[];
  readonly hours: readonly number[];
  readonly pace: UsualDay | null;
  readonly funnel: readonly Stage[];
  readonly leaders: readonly Leader[];
  /** Of the nation and of regions. */
  readonly leading_branches: readonly LeadingClass<LeadingBranch>[];
  readonly feed: readonly FeedItem[];
  /** Persons by regency code: this month, today. */
  readonly regencies: Readonly<Record<string, readonly [number, number]>>;
  readonly children: readonly Child[];
  /** Of an agent, for those who are told of alerts about them: that one was raised or answered, which the feed does not say. */
  readonly alerted?: string;
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

/** A figure of `rules/figures.yaml` in the page's language; `{first}` and `{last}` in the address are days to fill in. */
export interface FigureWords {
  readonly label: string;
  readonly what: string;
  readonly unit: "persons" | "count" | "rupiah" | "percent" | "days";
  readonly behind: string;
  /** The same for what lies beneath: `{level}` and `{key}` are to fill in too. */
  readonly beneath: string;
}

/** Open alerts of the scope that this person may see, their list, and where to ask again. */
export interface Alerts {
  readonly open: number;
  readonly list: string;
  readonly data: string;
}

/** What the page hands the script (`perisai/web/live/console.py`). */
export interface Screen {
  readonly payload: Payload;
  readonly ticket: Ticket;
  readonly map: TileMap | null;
  readonly base: string;
  readonly members: string;
  readonly figures: Readonly<Record<string, FigureWords>>;
  /** Null where the person's role is told of none. */
  readonly alerts: Alerts | null;
  /** Where the nation's and regions' agents beside their like are asked for. */
  readonly agents: string | null;
  readonly data: string;
  readonly renew: string;
}

export interface WallScope {
  readonly level: string;
  readonly key: string;
  readonly name: string;
  readonly data: string;
  readonly renew: string;
}

/** What the wall screen shows in turn, each for so many seconds; `screen` is the first. */
export interface Wall {
  readonly scopes: readonly WallScope[];
  readonly seconds: number;
  readonly leave: string;
  readonly screen: Screen;
}
