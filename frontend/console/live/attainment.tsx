/** Attainment of the month against the target, the pace that reaches it, and the branch's quota. */
import { Panel } from "./panel";
import type { Attainment, Quota } from "./state";
import { number, percent, t } from "./texts";

export function AttainmentPart({ attainment, quota }: { attainment: Attainment; quota: Quota | null }) {
  return (
    <Panel title={finding(attainment)}>
      {attainment.target ? <Bar attainment={attainment} target={attainment.target} /> : <p>{t.attainmentNoneHint}</p>}
      {quota && <QuotaLine quota={quota} />}
    </Panel>
  );
}

function finding({ attained, target, expected, needed_per_day }: Attainment): string {
  if (!target) {
    return t.attainmentNone;
  }
  if (attained >= target) {
    return t.attainmentReached(number(attained));
  }
  const ahead = attained - (expected ?? 0);
  return ahead >= 0 ? t.attainmentAhead(number(ahead)) : t.attainmentBehind(number(needed_per_day ?? 0));
}

function Bar({ attainment, target }: { attainment: Attainment; target: number }) {
  const { attained, expected, days_left } = attainment;
  const whole = Math.max(target, attained);
  const part = (attained * 100) / whole;
  const mark = ((expected ?? 0) * 100) / whole;
  const isBehind = attained < (expected ?? 0);
  return (
    <>
      <p class="live-big">
        <b>{percent(attained, target)}</b> {t.of(number(attained), number(target))}
      </p>
      <svg class="live-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="10" />
        <rect class={isBehind ? "fill behind" : "fill"} width={part} height="10" />
        <rect class="mark" x={Math.min(mark, 99.4)} width="0.6" height="10" />
      </svg>
      <p class="live-hint live-split">
        <span>
          <svg class="live-key" viewBox="0 0 4 12" aria-hidden="true">
            <rect class="mark" width="3" height="12" />
          </svg>{" "}
          {t.expected(number(expected ?? 0))}
        </span>
        <span>{t.daysLeft(days_left)}</span>
      </p>
    </>
  );
}

function QuotaLine({ quota }: { quota: Quota }) {
  return (
    <p class="live-quota">
      <span>{t.quota}</span> <b>{t.quotaLine(number(quota.left), number(quota.cap))}</b>
      {quota.leased > 0 && <span class="muted"> · {t.quotaLeased(number(quota.leased))}</span>}
      {quota.over > 0 && <span class="muted"> · {t.quotaOver(number(quota.over))}</span>}
    </p>
  );
}
