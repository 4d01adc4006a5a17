import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { engine, type MemberPage, type MemberState, type MemberView } from "../../engine";
import { dayOf, formatDate, formatMoney, formatNumber } from "../../i18n/format";
import { membersTexts } from "../../i18n/members";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Icon } from "../../ui/icon";
import { StateBadge, useStateName } from "../../ui/member-state";
import { useLoaded, useValue } from "../../ui/observe";
import { Empty, Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { VirtualList } from "../../ui/virtual-list";
import { EnrolLink } from "../enrol-link";
import { coverDetail, coverOf } from "./cover";

const FILTERS: readonly MemberState[] = ["unsent", "review", "accepted", "active", "rejected", "lapsed", "cancelled"];
/** How long typing rests before the address follows it; the list follows at once. */
const ADDRESS_WAIT = 300;

/** Own members: search, filter by state, and a list that stays quick with thousands. Search and filter are in the address. */
export function MembersScreen({ query }: { query: URLSearchParams }) {
  const t = useTexts(membersTexts);
  const { phase } = useValue(engine.device);
  const [text, setText] = useState(query.get("q") ?? "");
  const state = FILTERS.find((known) => known === query.get("state")) ?? null;
  const revision = useValue(engine.members.revision);
  const loaded = useLoaded(
    () => engine.members.search({ text, limit: Number.MAX_SAFE_INTEGER, ...(state ? { states: [state] } : {}) }),
    [text, state, revision],
  );
  const go = (change: { q?: string; state?: MemberState | null }) => {
    const next = new URLSearchParams(query);
    for (const [key, value] of Object.entries(change)) value ? next.set(key, value) : next.delete(key);
    const rest = next.toString();
    navigate(rest ? `#/members?${rest}` : "#/members", "replace");
  };
  const address = query.get("q") ?? "";
  const written = useRef(address);
  useEffect(() => {
    if (text === address) return;
    const timer = setTimeout(() => {
      written.current = text;
      go({ q: text });
    }, ADDRESS_WAIT);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    // Somebody went to another address of this screen.
    if (address !== written.current) setText(address);
    written.current = address;
  }, [address]);
  return (
    <Page title={t.title} testid="screen-members" foot={phase === "active" && <EnrolLink />}>
      <SearchBox text={text} onText={setText} />
      {loaded.state === "failed" && <ErrorNotice error={asErrorView(loaded.error)} />}
      {loaded.state === "done" && (
        <>
          <Filters page={loaded.value} state={state} onState={(next) => go({ q: text, state: next })} />
          <Found
            page={loaded.value}
            filtered={text !== "" || state !== null}
            onClear={() => {
              written.current = "";
              setText("");
              go({ q: "", state: null });
            }}
          />
        </>
      )}
    </Page>
  );
}

function SearchBox({ text, onText }: { text: string; onText: (text: string) => void }) {
  const t = useTexts(membersTexts);
  return (
    <div class="search">
      <label class="field__label" for="member-search">
        {t.searchShort}
      </label>
      <p class="field__hint" id="member-search-hint">
        {t.search}
      </p>
      <div class="search__box">
        <Icon name="search" />
        <input
          id="member-search"
          type="search"
          class="input"
          autocomplete="off"
          spellcheck={false}
          enterkeyhint="search"
          aria-describedby="member-search-hint"
          value={text}
          data-testid="member-search"
          onInput={(event) => onText(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}

interface FilterProps {
  readonly page: MemberPage;
  readonly state: MemberState | null;
  readonly onState: (state: MemberState | null) => void;
}

function Filters({ page, state, onState }: FilterProps) {
  const t = useTexts(membersTexts);
  const nameOf = useStateName();
  const all = Object.values(page.counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const shown = FILTERS.filter((known) => known === state || (page.counts[known] ?? 0) > 0);
  const chip = (value: MemberState | null, name: string, count: number) => (
    <button
      key={value ?? "all"}
      type="button"
      class="chip"
      aria-pressed={state === value}
      onClick={() => onState(value)}
      data-testid={`filter-${value ?? "all"}`}
    >
      {name} <span class="chip__count">{formatNumber(count)}</span>
    </button>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset around toggles would be read as a form.
    <div class="chips" role="group" aria-label={t.filter}>
      {chip(null, t.all, all)}
      {shown.map((known) => chip(known, nameOf(known), page.counts[known] ?? 0))}
    </div>
  );
}

interface FoundProps {
  readonly page: MemberPage;
  readonly filtered: boolean;
  readonly onClear: () => void;
}

/** Where the list was when a member was opened, so that coming back does not lose the place. */
let left = { hash: "", at: 0 };

function leave(): void {
  left = { hash: location.hash, at: window.scrollY };
}

function Found({ page, filtered, onClear }: FoundProps) {
  const t = useTexts(membersTexts);
  useLayoutEffect(() => {
    if (left.hash === location.hash) window.scrollTo(0, left.at);
    left = { hash: "", at: 0 };
  }, []);
  if (page.total === 0 && filtered) {
    return (
      <Empty title={t.nothingFound}>
        <p>{t.nothingFoundBody}</p>
        <Button onPress={onClear} testid="clear-filter">
          {t.clearFilter}
        </Button>
      </Empty>
    );
  }
  if (page.total === 0) {
    return (
      <Empty title={t.none}>
        <p>{t.noneBody}</p>
      </Empty>
    );
  }
  return (
    <>
      <p class="muted small" role="status" data-testid="found">
        {t.found(formatNumber(page.total))}
      </p>
      <VirtualList
        rows={page.members}
        keyOf={(member) => member.key}
        label={t.title}
        render={(member) => <Row member={member} />}
      />
    </>
  );
}

function Row({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const language = useLanguage();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const cover = coverOf(member, dayOf(engine.serverNow(), timezone));
  const detail =
    member.state === "active"
      ? coverDetail(cover, t, language)
      : member.state === "accepted" && member.amount !== null
        ? formatMoney(member.amount)
        : formatDate(member.capturedOn, language);
  return (
    <a
      class="member-row"
      onClick={leave}
      href={link("member", member.key)}
      data-testid="member-row"
      data-state={member.state}
      data-key={member.key}
    >
      <span class="member-row__name">{member.name}</span>
      <span class="member-row__detail">
        <StateBadge state={member.state} uncovered={cover.is !== "paid"} />
        <span class="muted small">{detail}</span>
      </span>
    </a>
  );
}
