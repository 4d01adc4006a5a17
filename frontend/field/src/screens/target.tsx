import { engine, type MeView, type RankView } from "../engine";
import { dayOf, formatMonth, formatNumber } from "../i18n/format";
import { homeTexts } from "../i18n/home";
import { Icon } from "../ui/icon";
import { useValue } from "../ui/observe";
import { useLanguage, usePreferences, useTexts } from "../ui/preferences";
import { Ring } from "../ui/ring";
import { neededPerDay, waitingIn, workingDaysLeft } from "./home-figures";

type Texts = (typeof homeTexts)["id"];

/** The month's target by what the server counted; what this phone has captured since waits beside it, and counts for nothing yet. */
export function Target({ me, today }: { me: MeView; today: string }) {
  const t = useTexts(homeTexts);
  const language = useLanguage();
  const ops = useValue(engine.outbox.list);
  const { timezone } = me.branch;
  const month = dayOf(me.as_of_ms, timezone).slice(0, 7);
  const waiting = waitingIn(today.slice(0, 7), ops, timezone);
  // A phone that was without signal when the month began knows neither the new target nor what counts towards it.
  if (month < today.slice(0, 7)) {
    return (
      <section class="card target" data-testid="target-unknown">
        <div>
          <h2>{t.target}</h2>
          <p>{t.newMonth(formatMonth(month, language))}</p>
        </div>
        <Waiting count={waiting} />
      </section>
    );
  }
  const target = me.target_month;
  if (target === null) {
    return (
      <section class="card target" data-testid="target-none">
        <div>
          <h2>{t.target}</h2>
          <p>{t.noTarget}</p>
        </div>
        <Waiting count={waiting} />
        <Rank me={me} />
      </section>
    );
  }
  const done = me.month.accepted ?? me.month.active;
  const days = workingDaysLeft(today, me.days_off ?? []);
  const needed = neededPerDay(target - done, days);
  return (
    <section class="card target" data-testid="target" data-done={done} data-target={target} data-needed={needed ?? 0}>
      <Ring done={done} target={target} waiting={waiting} label={t.targetRing(done, target)} />
      <div>
        <h2>{t.target}</h2>
        <p>{needed === null ? t.targetReached : t.neededPerDay(formatNumber(needed), days)}</p>
      </div>
      <Waiting count={waiting} />
      <Rank me={me} />
    </section>
  );
}

function Waiting({ count }: { count: number }) {
  const t = useTexts(homeTexts);
  if (count === 0) return null;
  return (
    <p class="with-icon small" data-testid="target-waiting" data-waiting={count}>
      <Icon name="outbox" />
      <span>{t.targetWaiting(count)}</span>
    </p>
  );
}

/** Among agents in the same kind of district who are as new: a place, or why there is none. Whoever wants none sees none. */
function Rank({ me }: { me: MeView }) {
  const t = useTexts(homeTexts);
  const { rank: isWanted } = usePreferences();
  const rank = me.rank;
  if (!isWanted || !rank) return null;
  return (
    <p class="muted small" data-testid="rank" data-place={rank.place ?? ""}>
      {rankText(rank, t)}
    </p>
  );
}

function rankText({ place, of, needs, is_city, is_new }: RankView, t: Texts): string {
  const alike = t.alike(is_city, is_new);
  if (place !== null) return t.rank(place, of, alike);
  if (needs === undefined) return t.rankNone(alike);
  return of < needs ? t.rankFew(of, needs, alike) : t.rankDays;
}
