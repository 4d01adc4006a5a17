/** What was read from an ID card, in the words of the form. Pure but for the list of villages, which is passed in. */
import type { VillageView } from "../../engine";
import type { ReadCard } from "../../reader/contract";
import type { Found } from "./marks";

export type SearchVillages = (text: string, limit: number) => Promise<readonly VillageView[]>;

const LOOKED_AT = 10;

/** Fields that were read; what was not read is left out. */
export function foundOn(card: ReadCard, region: string | null): Found {
  const { nik, name, birth_place, birth_date, sex, address } = card;
  const found = { nik, name: name && inWords(name), birth_place: birth_place && inWords(birth_place), birth_date, sex };
  const all = { ...found, address: address && inWords(address), region };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== "")) as Found;
}

/** The code of the village on the card, where the list has exactly one that fits; else null. */
export async function villageOf(card: ReadCard, search: SearchVillages): Promise<string | null> {
  if (!card.village) return null;
  const hits = await search([card.village, card.district].filter(Boolean).join(" "), LOOKED_AT).catch(() => []);
  const same = hits.filter(
    (hit) => isSame(hit.name, card.village) && (!card.district || isSame(hit.district, card.district)),
  );
  return same.length === 1 ? (same[0]?.code ?? null) : null;
}

function isSame(one: string, other: string | null): boolean {
  return other !== null && one.toLowerCase().replace(/[^a-z]/g, "") === other.toLowerCase().replace(/[^a-z]/g, "");
}

/** Cards are printed in capitals; people write their names with small letters. RT, RW and the like stay as they are. */
export function inWords(printed: string): string {
  return printed.replace(/[A-Za-z']+/g, (word) =>
    /^(RT|RW|BTN|KM|II|III|IV|VI|VII)$/.test(word) ? word : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
  );
}
