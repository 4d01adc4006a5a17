/** Agents beside those like them: same branch, same kind of district, as long licensed; by what they bring a working day. */
import { screenOf } from "./drill";
import { Ranking } from "./ranking";
import type { Leader } from "./state";
import { decimal, number, t } from "./texts";

const CLASSES = [
  { is_city: true, is_new: false },
  { is_city: false, is_new: false },
  { is_city: true, is_new: true },
  { is_city: false, is_new: true },
] as const;
const FIRST_ROWS = 10;

export function Leaders({ rows, base }: { rows: readonly Leader[]; base: string }) {
  if (rows.length === 0) {
    return null;
  }
  return (
    <section class="card live-group" data-leaders>
      <h2 class="live-title">{t.leadersTitle}</h2>
      <p class="live-hint">{t.leadersHint}</p>
      <div class="live-classes">
        {CLASSES.map((one) => {
          const alike = rows.filter((row) => row.is_city === one.is_city && row.is_new === one.is_new);
          return alike.length > 0 && <Class key={`${one.is_city}${one.is_new}`} rows={alike} base={base} />;
        })}
      </div>
    </section>
  );
}

function Class({ rows, base }: { rows: readonly Leader[]; base: string }) {
  const [first] = rows;
  const sorted = [...rows].sort(
    (a, b) => (a.place ?? Infinity) - (b.place ?? Infinity) || b.per_day - a.per_day || a.code.localeCompare(b.code),
  );
  const shown = sorted.slice(0, FIRST_ROWS);
  return (
    <Ranking
      title={classOf(first?.is_city, first?.is_new)}
      sample={t.sample(number(first?.of ?? 0))}
      who={t.agentHead}
      heads={[t.perWorkingDay, t.inDays]}
      few={t.notRanked}
      rest={rows.length > shown.length && t.andMore(number(rows.length - shown.length))}
      rows={shown.map((row) => ({
        ...row,
        address: screenOf(base, "agent", row.key),
        cells: [decimal(row.per_day / 100), t.acceptedInDays(number(row.accepted), number(row.days))],
      }))}
    />
  );
}

export function classOf(isCity: boolean | undefined, isNew: boolean | undefined): string {
  return `${isCity ? t.inCity : t.inRegency}, ${isNew ? t.newAgents : t.oldAgents}`;
}
