/** Agents beside those like them: same branch, same kind of district, as long licensed; by what they bring a working day. */
import { screenOf } from "./drill";
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
  const isRanked = rows.some((row) => row.place !== null);
  const sorted = [...rows].sort(
    (a, b) => (a.place ?? Infinity) - (b.place ?? Infinity) || b.per_day - a.per_day || a.code.localeCompare(b.code),
  );
  const shown = sorted.slice(0, FIRST_ROWS);
  return (
    <div>
      <h3 class="live-class">
        {first?.is_city ? t.inCity : t.inRegency}, {first?.is_new ? t.newAgents : t.oldAgents}{" "}
        <small class="muted">{t.sample(number(first?.of ?? 0))}</small>
      </h3>
      {!isRanked && <p class="live-hint">{t.notRanked}</p>}
      <div class="live-scroll">
        <table class="table">
          <thead>
            <tr>
              {isRanked && (
                <th scope="col" class="number">
                  {t.place}
                </th>
              )}
              <th scope="col">{t.agent}</th>
              <th scope="col" class="number">
                {t.perWorkingDay}
              </th>
              <th scope="col" class="number">
                {t.inDays}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.key} data-row data-href={screenOf(base, "agent", row.key)} tabIndex={0}>
                {isRanked && <td class="number">{row.place ?? "–"}</td>}
                <th scope="row">
                  <a href={screenOf(base, "agent", row.key)}>{row.name}</a> <small>{row.code}</small>
                </th>
                <td class="number">{decimal(row.per_day / 100)}</td>
                <td class="number">{t.acceptedInDays(number(row.accepted), number(row.days))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown.length && <p class="live-hint">{t.andMore(number(rows.length - shown.length))}</p>}
    </div>
  );
}
