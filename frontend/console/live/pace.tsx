/** Enrolments per hour of today. The present hour is still filling: it is drawn hollow. */
import { Panel } from "./panel";
import type { UsualDay } from "./state";
import { hour as hourText, number, t } from "./texts";

const WIDTH = 480;
const HEIGHT = 120;
const SLOT = WIDTH / 24;
/** From here on a number is wider than its hour, and only the busiest hour says its own; the table has them all. */
const WIDE = 1000;

/** Above or below a usual day by this hour, or, without one to compare with, the busiest hour. */
export function paceFinding(pace: UsualDay | null, hours: readonly number[]): string {
  const most = Math.max(...hours);
  if (pace === null || pace.usual_by_now === null || pace.usual_day === 0) {
    return most > 0 ? t.paceTitle(number(most), hourText(hours.indexOf(most))) : t.paceNone;
  }
  const apart = pace.so_far - pace.usual_by_now;
  if (apart === 0) {
    return t.paceUsual;
  }
  return apart > 0 ? t.paceAbove(number(apart)) : t.paceBelow(number(-apart));
}

interface Props {
  hours: readonly number[];
  hour: number;
  pace: UsualDay | null;
}

export function Pace({ hours, hour, pace }: Props) {
  const most = Math.max(...hours);
  return (
    <Panel title={paceFinding(pace, hours)} hint={t.paceHint}>
      {pace !== null && pace.usual_by_now !== null && pace.usual_day !== null && (
        <p data-pace>
          {t.paceLine(number(pace.so_far), number(pace.usual_by_now), number(pace.usual_day))}{" "}
          <small class="muted">{t.paceSample(pace.sample)}</small>
        </p>
      )}
      <svg class="live-pace" viewBox={`0 0 ${WIDTH} ${HEIGHT + 18}`} aria-hidden="true">
        {hours.map((count, at) => {
          const height = most > 0 ? (count * (HEIGHT - 16)) / most : 0;
          return (
            <g key={at}>
              <rect
                class={at === hour ? "hour now" : "hour"}
                x={at * SLOT + 2}
                y={HEIGHT - height}
                width={SLOT - 4}
                height={height}
                rx="2"
              />
              {count > 0 && (count < WIDE || count === most) && (
                <text x={at * SLOT + SLOT / 2} y={HEIGHT - height - 4}>
                  {number(count)}
                </text>
              )}
            </g>
          );
        })}
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        {[0, 6, 12, 18, 23].map((at) => (
          <text key={at} class="axis" x={at * SLOT + SLOT / 2} y={HEIGHT + 14}>
            {String(at).padStart(2, "0")}
          </text>
        ))}
      </svg>
      <details class="live-table">
        <summary>{t.asTable}</summary>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t.hour}</th>
              <th scope="col" class="number">
                {t.persons}
              </th>
            </tr>
          </thead>
          <tbody>
            {hours.map((count, at) =>
              at <= hour || count > 0 ? (
                <tr key={at}>
                  <th scope="row">{hourText(at)}</th>
                  <td class="number">{number(count)}</td>
                </tr>
              ) : null,
            )}
          </tbody>
        </table>
      </details>
    </Panel>
  );
}
