/** The parts of a scope, grouped by kind, best attainment first; each leads to its own live screen. */
import { useState } from "preact/hooks";
import { screenOf } from "./drill";
import { type Child, nameOf } from "./state";
import { number, percent, rupiah, t } from "./texts";

const ORDER = ["region", "branch", "sub_branch", "agency_office", "agent"] as const;
const FIRST_ROWS = 50;

type Level = (typeof ORDER)[number];

export function Children({ rows, base }: { rows: readonly Child[]; base: string }) {
  return (
    <>
      {ORDER.map((level) => {
        const members = rows.filter((row) => row.level === level);
        return members.length > 0 && <Group key={level} level={level} rows={members} base={base} />;
      })}
    </>
  );
}

function share(row: Child): number {
  return row.target ? (row.month.accepted ?? 0) / row.target : -1;
}

function Group({ level, rows, base }: { level: Level; rows: readonly Child[]; base: string }) {
  const [isWhole, setWhole] = useState(false);
  const sorted = [...rows].sort(
    (a, b) => share(b) - share(a) || (b.month.accepted ?? 0) - (a.month.accepted ?? 0) || a.code.localeCompare(b.code),
  );
  const shown = isWhole ? sorted : sorted.slice(0, FIRST_ROWS);
  return (
    <section class="card live-group">
      <h2 class="live-title">
        {t[level]} <small class="muted">{number(rows.length)}</small>
      </h2>
      <div class="live-scroll">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t.name}</th>
              <th scope="col" class="live-share">
                {t.attained}
              </th>
              <th scope="col" class="number">
                {t.today}
              </th>
              <th scope="col" class="number live-wide">
                {t.month}
              </th>
              <th scope="col" class="number live-wide">
                {t.active}
              </th>
              <th scope="col" class="number live-wide">
                {t.contributions}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={nameOf(row)} row={row} base={base} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < sorted.length && (
        <button class="btn btn-quiet live-more" type="button" onClick={() => setWhole(true)}>
          {t.more(number(sorted.length - shown.length))}
        </button>
      )}
    </section>
  );
}

function Row({ row, base }: { row: Child; base: string }) {
  const accepted = row.month.accepted ?? 0;
  const address = screenOf(base, row.level, row.key);
  return (
    <tr data-row data-href={address} tabIndex={0}>
      <th scope="row">
        <a href={address}>{row.name}</a>
        <small>{row.code}</small>
      </th>
      <td class="live-share">
        {row.target ? (
          <>
            <span>
              {percent(accepted, row.target)}{" "}
              <small>
                {number(accepted)}/{number(row.target)}
              </small>
            </span>
            <svg class="live-bar thin" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect class="track" width="100" height="10" />
              <rect class="fill" width={Math.min(100, (accepted * 100) / row.target)} height="10" />
            </svg>
          </>
        ) : (
          <small class="muted">{t.noTarget}</small>
        )}
      </td>
      <td class="number">{number(row.today.accepted ?? 0)}</td>
      <td class="number live-wide">{number(accepted)}</td>
      <td class="number live-wide">{number(row.month.active ?? 0)}</td>
      <td class="number live-wide">{rupiah(row.month.contributions ?? 0)}</td>
    </tr>
  );
}
