import { engine, type SyncState } from "../engine";
import { commonTexts } from "../i18n/common";
import { formatAge } from "../i18n/format";
import { Icon, type IconName } from "../ui/icon";
import { useNow, useValue } from "../ui/observe";
import { useLanguage, useTexts } from "../ui/preferences";

type Words = (typeof commonTexts)["id"];

interface Shown {
  readonly state: "offline" | "syncing" | "unsent" | "sent";
  readonly icon: IconName;
  readonly text: string;
}

/** The one line about sending that is always there: offline, sending, not sent, all sent. */
export function describeSync(sync: SyncState, t: Words): Shown {
  const { unsent } = sync;
  if (!sync.online) {
    return { state: "offline", icon: "offline", text: unsent > 0 ? `${t.offline} · ${t.unsentCount(unsent)}` : t.offline };
  }
  if (sync.syncing) return { state: "syncing", icon: "sync", text: sendingText(sync, t) };
  if (unsent > 0) return { state: "unsent", icon: "outbox", text: t.unsentCount(unsent) };
  return { state: "sent", icon: "check", text: t.allSent };
}

function sendingText({ progress }: SyncState, t: Words): string {
  const counted = progress && (progress.step === "push" || progress.step === "photos") && progress.total > 0;
  return counted ? t.sending(progress.done, progress.total) : t.syncing;
}

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
          {age && shown.state !== "syncing" && <span class="headbar__age">{age}</span>}
        </span>
      </a>
    </header>
  );
}
