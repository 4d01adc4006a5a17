import { useState } from "preact/hooks";
import type { ChaseItem } from "../../engine/chase";
import { chaseTexts } from "../../i18n/chase";
import { formatNumber } from "../../i18n/format";
import { Button } from "../../ui/button";
import { useTexts } from "../../ui/preferences";
import { ChaseCard } from "./card";
import type { Part } from "./day";
import { useMembers } from "./use-dues";

/** Cards drawn at first; the rest on a press. */
const AT_FIRST = 20;

interface Props {
  readonly today: string;
  readonly items: readonly ChaseItem[];
  readonly isWhyShown: boolean;
  /** The one that stands opened. */
  readonly opened?: string | undefined;
}

export function Cards({ today, items, isWhyShown, opened }: Props) {
  const t = useTexts(chaseTexts);
  const [most, setMost] = useState(AT_FIRST);
  const shown = items.slice(0, most);
  const members = useMembers(shown.map((item) => item.due.id));
  return (
    <>
      {shown.map((item) => (
        <ChaseCard
          key={item.due.id}
          today={today}
          item={item}
          member={members.get(item.due.id) ?? null}
          isWhyShown={isWhyShown}
          isOpen={item.due.id === opened}
        />
      ))}
      {items.length > most && (
        <Button wide onPress={() => setMost(most + AT_FIRST)} testid="chase-more">
          {t.more(Math.min(AT_FIRST, items.length - most))}
        </Button>
      )}
    </>
  );
}

/** Those for another day: what holds them together, how many, and who on a press. */
export function LaterPart({ part, today }: { part: Part; today: string }) {
  const t = useTexts(chaseTexts);
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      class="chase__later"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid={`chase-later-${part.name}`}
    >
      <summary>
        <span>{t[`part_${part.name}`]}</span>
        <span class="chase__count">{formatNumber(part.items.length)}</span>
      </summary>
      {isOpen && <Cards today={today} items={part.items} isWhyShown={false} />}
    </details>
  );
}
