/** A tile a regency, about where it lies; the darker, the more enrolments were accepted this month. */
import { recordsBehind } from "./drill";
import { Panel } from "./panel";
import type { Payload, Tile, TileMap } from "./state";
import { number, t } from "./texts";

/** Up to this many columns the tiles are large enough to hold a name and a number. */
export const SMALL_MAP = 12;
const STEPS = 5;
const SIZE = 10;
/** A map of one province begins below the empty upper part of its label's row. */
const LABEL_ROOM = 6;

interface Props {
  map: TileMap;
  payload: Payload;
  members: string;
}

export function TileMapPart({ map, payload, members }: Props) {
  const count = (code: string): number => payload.regencies[code]?.[0] ?? 0;
  const most = Math.max(0, ...map.tiles.map((tile) => count(tile.code)));
  const first = map.tiles.find((tile) => count(tile.code) === most);
  const title = most > 0 && first ? t.mapTitle(first.name, number(most)) : t.mapNone;
  const isSmall = map.columns <= SMALL_MAP;
  const top = isSmall ? LABEL_ROOM : 0;
  const address = (tile: Tile): string =>
    recordsBehind(members, {
      level: "regency",
      key: tile.code,
      metric: "accepted",
      from: payload.month_first,
      to: payload.day,
    });
  const served = new Set(map.served);
  return (
    <Panel title={title} hint={t.mapHint}>
      {/* biome-ignore lint/a11y/useSemanticElements: a group of links inside a picture */}
      <svg
        class={isSmall ? "live-map small" : "live-map"}
        viewBox={`0 ${top} ${map.columns * SIZE} ${map.rows * SIZE - top}`}
        role="group"
        aria-label={t.mapHint}
      >
        {map.blocks.map((block) => (
          <text key={block.code} class="block" x={block.x * SIZE} y={block.y * SIZE + (isSmall ? 9 : 8)}>
            {isSmall ? block.name : block.code}
          </text>
        ))}
        {map.tiles.map((tile) => (
          <a
            key={tile.code}
            href={address(tile)}
            aria-label={isSmall ? undefined : `${tile.name}: ${number(count(tile.code))}`}
          >
            <TileMark
              tile={tile}
              count={count(tile.code)}
              most={most}
              isSmall={isSmall}
              isOurs={served.has(tile.code)}
            />
          </a>
        ))}
      </svg>
      <p class="live-hint live-legend" aria-hidden="true">
        {t.few}
        {[...Array(STEPS + 1).keys()].map((step) => (
          <span key={step} class={`live-swatch step-${step}`} />
        ))}
        {t.many}
      </p>
      <details class="live-table">
        <summary>{t.asTable}</summary>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t.regency}</th>
              <th scope="col" class="number">
                {t.month}
              </th>
              <th scope="col" class="number">
                {t.today}
              </th>
            </tr>
          </thead>
          <tbody>
            {[...map.tiles]
              .sort((a, b) => count(b.code) - count(a.code) || a.code.localeCompare(b.code))
              .map((tile) => (
                <tr key={tile.code}>
                  <th scope="row">
                    <a href={address(tile)}>{tile.name}</a>
                  </th>
                  <td class="number">{number(count(tile.code))}</td>
                  <td class="number">{number(payload.regencies[tile.code]?.[1] ?? 0)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </Panel>
  );
}

interface MarkProps {
  tile: Tile;
  count: number;
  most: number;
  isSmall: boolean;
  isOurs: boolean;
}

function TileMark({ tile, count, most, isSmall, isOurs }: MarkProps) {
  const step = count > 0 ? Math.max(1, Math.ceil((count * STEPS) / most)) : 0;
  const x = tile.x * SIZE;
  const y = tile.y * SIZE;
  return (
    <g class={`tile step-${step} ${isOurs || count > 0 ? "" : "other"}`}>
      <title>{`${tile.name}: ${number(count)}`}</title>
      <rect x={x + 0.3} y={y + 0.3} width={SIZE - 0.6} height={SIZE - 0.6} rx="1" />
      {isSmall && (
        <>
          <text class="name" x={x + SIZE / 2} y={y + 3.4}>
            {`${short(tile.name)} `}
          </text>
          <text class="count" style={{ "--n": number(count).length }} x={x + SIZE / 2} y={y + 7.4}>
            {number(count)}
          </text>
        </>
      )}
    </g>
  );
}

/** A name that fits a tile; the whole one stands in its title and in the table. */
function short(name: string): string {
  const words = name
    .replace(/^(Kabupaten|Kab\.|Kota Administrasi|Kota)\s+/i, "")
    .replace(/Tanjung Jabung/i, "Tj.Jab.")
    .split(" ");
  const text = words.join(" ");
  return text.length <= 13 ? text : `${text.slice(0, 12)}…`;
}
