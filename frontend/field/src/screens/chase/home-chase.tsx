import { useEffect, useState } from "preact/hooks";
import { engine } from "../../engine";
import { chaseList } from "../../engine/chase";
import { chaseTexts } from "../../i18n/chase";
import { Icon } from "../../ui/icon";
import { useValue } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import { type Day, planDay } from "./day";

/** On home: how many to chase today, from what is kept on the phone. */
export function HomeChase({ today }: { today: string }) {
  const t = useTexts(chaseTexts);
  const [day, setDay] = useState<Day | null>(null);
  const { lastSyncAt } = useValue(engine.sync.state);
  useEffect(() => {
    void engine.learning
      .findDues()
      .then((kept) => setDay(kept?.told ? planDay(chaseList(kept, today), kept, today) : null));
  }, [lastSyncAt, today]);
  if (day === null) return null;
  const left = day.all - day.done;
  const lost = day.today.find((part) => part.name === "lost")?.items.length ?? 0;
  const none = day.done > 0 ? t.dayDone : t.homeNone;
  return (
    <a class="card card--link" href="#/chase" data-testid="home-chase">
      <Icon name="people" />
      <span class="card__main">
        <strong>{left > 0 ? t.homeCount(left) : none}</strong>
        {lost > 0 && <span class="muted small">{t.homeLost(lost)}</span>}
        {day.done > 0 && left > 0 && <span class="muted small">{t.progress(day.done, day.all)}</span>}
      </span>
      <Icon name="forward" />
    </a>
  );
}
