import { engine } from "../engine";
import { commonTexts } from "../i18n/common";
import { formatAge } from "../i18n/format";
import { Icon } from "../ui/icon";
import { useNow, useValue } from "../ui/observe";
import { useLanguage, useTexts } from "../ui/preferences";
import { describeSync } from "./sync-words";

/** Mark, and what is sent; leads to the list of what is not. */
export function HeadBar() {
  const t = useTexts(commonTexts);
  const language = useLanguage();
  const now = useNow();
  const sync = useValue(engine.sync.state);
  const shown = describeSync(sync, t);
  const age = sync.lastSyncAt === null ? null : formatAge(now - sync.lastSyncAt, language);
  return (
    <header class="headbar">
      <a class="headbar__mark" href="#/">
        <Icon name="shield" size={28} />
        <span>{t.appName}</span>
      </a>
      <a
        class={`headbar__sync headbar__sync--${shown.state}`}
        href="#/outbox"
        data-testid="sync-state"
        data-state={shown.state}
        data-unsent={sync.unsent}
      >
        <Icon name={shown.icon} size={20} />
        <span class="headbar__text">
          <span role="status">{shown.text}</span>
          {age && <span class="headbar__age">{age}</span>}
        </span>
      </a>
    </header>
  );
}
