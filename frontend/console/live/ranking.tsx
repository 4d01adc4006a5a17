/** A table of those alike, the best first: how many are compared, and plainly where they are too few to have places. */
import { t } from "./texts";

export interface RankedRow {
  readonly key: string;
  readonly address: string;
  readonly place: number | null;
  readonly name: string;
  readonly code: string;
  readonly cells: readonly string[];
}

interface Props {
  title: string;
  sample: string;
  /** What the rows are. */
  who: string;
  heads: readonly string[];
  rows: readonly RankedRow[];
  /** Said where nobody has a place. */
  few: string;
  /** Said where not all are shown. */
  rest?: string | false;
}

export function Ranking({ title, sample, who, heads, rows, few, rest }: Props) {
  const isRanked = rows.some((row) => row.place !== null);
  return (
    <div data-class>
      <h3 class="live-class">
        {title} <small class="muted">{sample}</small>
      </h3>
      {!isRanked && <p class="live-hint">{few}</p>}
      <div class="live-scroll">
        <table class="table">
          <thead>
            <tr>
              {isRanked && (
                <th scope="col" class="number">
                  {t.place}
                </th>
              )}
              <th scope="col">{who}</th>
              {heads.map((head) => (
                <th key={head} scope="col" class="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} data-row data-href={row.address} tabIndex={0}>
                {isRanked && <td class="number">{row.place ?? "–"}</td>}
                <th scope="row">
                  <a href={row.address}>{row.name}</a> <small>{row.code}</small>
                </th>
                {row.cells.map((cell, at) => (
                  <td key={heads[at]} class="number">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rest && <p class="live-hint">{rest}</p>}
    </div>
  );
}
