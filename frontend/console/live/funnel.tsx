/** From enrolled to still paying. Each stage is of the newest month that has come to it, and says how many people that month had. */
import { listOf } from "./drill";
import { Panel } from "./panel";
import type { Payload, Screen, Stage } from "./state";
import { month, number, percent, t } from "./texts";

/** Fewer people than this say little about how many stay. */
export const SMALL_SAMPLE = 30;

export function Funnel({ payload, screen }: { payload: Payload; screen: Screen }) {
  const { funnel } = payload;
  const telling = funnel.filter((stage) => stage.of >= SMALL_SAMPLE).at(-1);
  const title = telling ? t.funnelTitle[telling.name](percent(telling.persons, telling.of)) : t.funnelFew;
  return (
    <Panel title={funnel.length > 0 ? title : t.funnelNone} hint={funnel.length > 0 ? t.funnelHint : t.funnelNoneHint}>
      {funnel.length > 0 && (
        <div class="live-scroll">
          <table class="table live-funnel">
            <thead>
              <tr>
                <th scope="col">{t.stage}</th>
                <th scope="col" class="live-share">
                  {t.shareOf}
                </th>
                <th scope="col" class="number">
                  {t.acceptedIn}
                </th>
              </tr>
            </thead>
            <tbody>
              {funnel.map((stage) => (
                <Row key={stage.name} stage={stage} screen={screen} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Row({ stage, screen }: { stage: Stage; screen: Screen }) {
  return (
    <tr>
      <th scope="row">{t.stages[stage.name]}</th>
      <td class="live-share">
        <b>{percent(stage.persons, stage.of)}</b> <small>{number(stage.persons)}</small>
        <svg class="live-bar thin" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class="track" width="100" height="10" />
          <rect class="fill" width={Math.min(100, (stage.persons * 100) / stage.of)} height="10" />
        </svg>
      </td>
      <td class="number">
        <a href={listOf(screen, "cohort_accepted", stage.month, monthEnd(stage.month))}>{number(stage.of)}</a>
        <small>
          {month(stage.month)}
          {stage.of < SMALL_SAMPLE && ` · ${t.smallSample}`}
        </small>
      </td>
    </tr>
  );
}

function monthEnd(first: string): string {
  const [year, at] = first.split("-").map(Number);
  return new Date(Date.UTC(year ?? 0, at ?? 1, 0)).toISOString().slice(0, 10);
}
