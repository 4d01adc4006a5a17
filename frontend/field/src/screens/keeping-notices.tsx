import { engine, type KeepingWarning } from "../engine";
import { formatNumber } from "../i18n/format";
import { homeTexts } from "../i18n/home";
import { Button, ButtonLink } from "../ui/button";
import { Notice } from "../ui/notice";
import { useValue } from "../ui/observe";
import { useTexts } from "../ui/preferences";
import { daysUntil } from "./home-figures";

const MB = 1024 * 1024;
const NO_ROOM_MB = 10;
/** More would push the day's work off the screen. */
const AT_ONCE = 2;

/** What may soon go wrong with the phone itself and what to do about it, most urgent first. */
export function KeepingNotices({ today }: { today: string }) {
  const t = useTexts(homeTexts);
  const { warnings } = useValue(engine.keeping);
  const show = (warning: KeepingWarning) => <Warning key={warning.kind} warning={warning} today={today} />;
  const rest = warnings.slice(AT_ONCE);
  return (
    <>
      {warnings.slice(0, AT_ONCE).map(show)}
      {rest.length > 0 && (
        <details class="fold" data-testid="more-warnings">
          <summary>{t.moreWarnings(rest.length)}</summary>
          <div class="stack">{rest.map(show)}</div>
        </details>
      )}
    </>
  );
}

function Warning({ warning, today }: { warning: KeepingWarning; today: string }) {
  const t = useTexts(homeTexts);
  switch (warning.kind) {
    case "space":
      return <Space megabytes={Math.floor(warning.freeBytes / MB)} />;
    case "clock":
      return (
        <Notice tone="needs" title={t.clockWrong} testid="warn-clock">
          <p>
            {warning.minutes > 0 ? t.clockAhead(span(warning.minutes, t)) : t.clockBehind(span(-warning.minutes, t))}
          </p>
        </Notice>
      );
    case "days_unsent":
      return (
        <Notice tone="needs" title={t.daysUnsent(formatNumber(warning.unsent), warning.days)} testid="warn-unsent">
          <p>{t.daysUnsentBody}</p>
          <div class="row">
            <ButtonLink href="#/outbox">{t.toOutbox}</ButtonLink>
          </div>
        </Notice>
      );
    case "licence_ends":
      return (
        <Notice tone="needs" title={t.licenceExpiring(daysUntil(today, warning.on))} testid="licence-expiring">
          <p>{t.licenceExpiringBody}</p>
          <a href="#/me">{t.toRenewal}</a>
        </Notice>
      );
    case "rules_old":
      return (
        <Notice tone="needs" title={t.rulesOld(warning.days)} testid="warn-rules">
          <p>{t.rulesOldBody}</p>
        </Notice>
      );
    case "not_persisted":
      return (
        <Notice tone="needs" title={t.notKept} testid="warn-not-kept">
          <p>{t.notKeptBody}</p>
          <div class="row">
            <Button onPress={() => void engine.askToKeep()} testid="ask-to-keep">
              {t.askToKeep}
            </Button>
          </div>
        </Notice>
      );
  }
}

function Space({ megabytes }: { megabytes: number }) {
  const t = useTexts(homeTexts);
  const full = megabytes < NO_ROOM_MB;
  return (
    <Notice tone="needs" title={full ? t.spaceNone : t.spaceLittle} testid="warn-space">
      <p>{full ? t.spaceNoneBody(megabytes) : t.spaceLittleBody(megabytes)}</p>
    </Notice>
  );
}

/** In the largest unit that says it in a small number. */
function span(minutes: number, t: (typeof homeTexts)["id"]): string {
  if (minutes < 120) return t.spanMinutes(minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t.spanHours(hours) : t.spanDays(Math.round(hours / 24));
}
