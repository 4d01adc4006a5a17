/** Attainment of the month against the target, and the pace in working days that reaches it. */
import { listOf } from "./drill";
import { Panel } from "./panel";
import type { Attainment, Payload, Screen } from "./state";
import { number, percent, t } from "./texts";

export function AttainmentPart({ payload, screen }: { payload: Payload; screen: Screen }) {
  const { attainment } = payload;
  return (
    <Panel title={finding(attainment)}>
      {attainment.target ? (
        <>
          <p class="live-big">
            <a href={listOf(screen, "attainment", payload.month_first, payload.day)} data-figure="attainment">
              <b>{percent(attainment.attained, attainment.target)}</b>{" "}
              {t.of(number(attainment.attained), number(attainment.target))}
            </a>
          </p>
          <AttainmentBar attainment={attainment} target={attainment.target} />
          <p class="live-hint live-split">
            <span>
              <svg class="live-key" viewBox="0 0 4 12" aria-hidden="true">
                <rect class="mark" width="3" height="12" />
              </svg>{" "}
              {t.expected(number(attainment.expected ?? 0))}
            </span>
            <span>{t.daysLeft(attainment.days_left)}</span>
          </p>
          {attainment.needed_per_day !== null && isAhead(attainment) && attainment.needed_per_day > 0 && (
            <p data-needed>{t.neededPerDay(number(attainment.needed_per_day))}</p>
          )}
        </>
      ) : (
        <p>
          <a href={listOf(screen, "attainment", payload.month_first, payload.day)}>{t.attainmentNoneHint}</a>
        </p>
      )}
      {attainment.of_agents && (
        <p class="live-hint" data-sum>
          {t.targetOfAgentsHint}
        </p>
      )}
      {attainment.target !== null && attainment.beneath !== null && (
        <p class="live-hint" data-apart>
          {t.targetsApart(
            number(attainment.target),
            number(attainment.beneath),
            signed(attainment.beneath - attainment.target),
          )}
        </p>
      )}
      {(attainment.is_ramadan || attainment.markets.length > 0) && (
        <p class="live-hint">
          {[
            attainment.is_ramadan && t.ramadan,
            attainment.markets.length > 0 && t.market(attainment.markets.join(", ")),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      )}
    </Panel>
  );
}

function signed(difference: number): string {
  return difference > 0 ? `+${number(difference)}` : number(difference);
}

function isAhead({ attained, expected }: Attainment): boolean {
  return attained >= (expected ?? 0);
}

export function finding({ attained, target, expected, needed_per_day }: Attainment): string {
  if (!target) {
    return t.attainmentNone;
  }
  if (attained >= target) {
    return t.attainmentReached(number(attained));
  }
  const ahead = attained - (expected ?? 0);
  if (ahead === 0) {
    return t.attainmentEven;
  }
  if (ahead > 0) {
    return t.attainmentAhead(number(ahead));
  }
  return needed_per_day === null
    ? t.attainmentOver(number(target - attained))
    : t.attainmentBehind(number(needed_per_day));
}

export function AttainmentBar({ attainment, target }: { attainment: Attainment; target: number }) {
  const { attained, expected } = attainment;
  const whole = Math.max(target, attained, 1);
  const mark = ((expected ?? 0) * 100) / whole;
  return (
    <svg class="live-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="10" />
      <rect
        class={attained < (expected ?? 0) ? "fill behind" : "fill"}
        width={(Math.max(0, attained) * 100) / whole}
        height="10"
      />
      <rect class="mark" x={Math.min(mark, 99.4)} width="0.6" height="10" />
    </svg>
  );
}
