import { engine } from "../../engine";
import type { ChaseItem } from "../../engine/chase";
import { chaseTexts } from "../../i18n/chase";
import { Icon } from "../../ui/icon";
import { useLoaded, useValue } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import { Cards } from "./cards";

export function Search({ text, onText }: { text: string; onText: (text: string) => void }) {
  const t = useTexts(chaseTexts);
  return (
    <div class="search">
      <label class="field__label" for="chase-search">
        {t.search}
      </label>
      <div class="search__box">
        <Icon name="search" />
        <input
          id="chase-search"
          type="search"
          class="input"
          autocomplete="off"
          spellcheck={false}
          enterkeyhint="search"
          value={text}
          data-testid="chase-search"
          onInput={(event) => onText(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}

/** Of the list, today's and later ones: names and numbers are those of the member list. */
interface FoundProps {
  readonly today: string;
  readonly items: readonly ChaseItem[];
  readonly text: string;
}

export function Found({ today, items, text }: FoundProps) {
  const t = useTexts(chaseTexts);
  const revision = useValue(engine.members.revision);
  const loaded = useLoaded(() => engine.members.search({ text, limit: Number.MAX_SAFE_INTEGER }), [text, revision]);
  if (loaded.state !== "done") return null;
  const ids = new Set(loaded.value.members.flatMap(({ key, enrolment, op }) => [key, enrolment, op]));
  const found = items.filter((item) => ids.has(item.due.id));
  return (
    <div class="stack" data-testid="chase-found">
      <p class="muted small" role="status">
        {found.length === 0 ? t.notFound : t.found(found.length)}
      </p>
      {found.length === 0 && <a href={`#/members?q=${encodeURIComponent(text)}`}>{t.allMembers}</a>}
      <Cards today={today} items={found} isWhyShown />
    </div>
  );
}
