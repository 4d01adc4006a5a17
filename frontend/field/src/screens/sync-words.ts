import type { SyncState } from "../engine";
import type { commonTexts } from "../i18n/common";
import type { IconName } from "../ui/icon";

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
    return {
      state: "offline",
      icon: "offline",
      text: unsent > 0 ? `${t.offline} · ${t.unsentCount(unsent)}` : t.offline,
    };
  }
  if (sync.syncing) return { state: "syncing", icon: "sync", text: sendingText(sync, t) };
  if (unsent > 0) return { state: "unsent", icon: "outbox", text: t.unsentCount(unsent) };
  return { state: "sent", icon: "check", text: t.allSent };
}

function sendingText({ progress }: SyncState, t: Words): string {
  const counted = progress && (progress.step === "push" || progress.step === "photos") && progress.total > 0;
  return counted ? t.sending(progress.done, progress.total) : t.syncing;
}
