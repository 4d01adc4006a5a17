import { useEffect, useState } from "preact/hooks";
import { engine } from "../../engine";
import { type ChaseItem, chaseList } from "../../engine/chase";
import { chaseTexts } from "../../i18n/chase";
import { Icon } from "../../ui/icon";
import { useValue } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";

/** On home: how many to chase today, from what is kept on the phone. */
export function HomeChase({ today }: { today: string }) {
  const t = useTexts(chaseTexts);
  const [items, setItems] = useState<readonly ChaseItem[] | null>(null);
  const { lastSyncAt } = useValue(engine.sync.state);
  useEffect(() => {
    void engine.learning.findDues().then((kept) => setItems(kept?.told ? chaseList(kept, today) : null));
  }, [lastSyncAt, today]);
  if (items === null) return null;
  const lost = items.filter((item) => item.due.lost !== "").length;
  return (
    <a class="card card--link" href="#/chase" data-testid="home-chase">
      <Icon name="people" />
      <span class="card__main">
        <strong>{items.length > 0 ? t.homeCount(items.length) : t.homeNone}</strong>
        {lost > 0 && <span class="muted small">{t.homeLost(lost)}</span>}
      </span>
      <Icon name="forward" />
    </a>
  );
}
