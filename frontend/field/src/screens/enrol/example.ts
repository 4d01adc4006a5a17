/** A synthetic person for practice. Nobody has this NIK: its serial begins with 9, and so do those of every example. */
import type { VillageView } from "../../engine";
import { type Form, typedDate } from "./form";

const WOMEN = ["Sari", "Dewi", "Rina", "Wati", "Lina", "Fitri", "Nurul", "Yuni"];
const MEN = ["Budi", "Joko", "Agus", "Hendra", "Yanto", "Rudi", "Dedi", "Anton"];
const FAMILIES = ["Contoh", "Latihan", "Misalnya", "Cobaan"];
const LETTERS = ["s", "b", "t", "p", "m", "k"];
const LOOKED_AT = 300;
const INCOME = "1500000";

type Search = (text: string, limit: number) => Promise<readonly VillageView[]>;

/** Fields of the first steps; what the worker agrees to is left to the trainee. `today` is YYYY-MM-DD; `random` in [0, 1). */
export async function makeExample(
  today: string,
  job: string | null,
  search: Search,
  random: () => number = Math.random,
): Promise<Partial<Form> | null> {
  const below = (most: number) => Math.floor(random() * most);
  const one = <T>(of: readonly T[]): T => of[below(of.length)] as T;
  const villages = await search(one(LETTERS), LOOKED_AT);
  if (villages.length === 0) return null;
  const { code } = one(villages);
  const isWoman = random() < 0.5;
  const [year, month, day] = [Number(today.slice(0, 4)) - 22 - below(30), 1 + below(12), 1 + below(28)];
  const two = (value: number) => String(value % 100).padStart(2, "0");
  const serial = `9${String(below(1000)).padStart(3, "0")}`;
  return {
    nik: `${code.replaceAll(".", "").slice(0, 6)}${two(isWoman ? day + 40 : day)}${two(month)}${two(year)}${serial}`,
    kk: "",
    name: `${one(isWoman ? WOMEN : MEN)} ${one(FAMILIES)}`,
    birthPlace: "",
    birthKnown: "day",
    birth: typedDate(`${year}-${two(month)}-${two(day)}`),
    sex: isWoman ? "F" : "M",
    phoneOwner: "own",
    phone: `0812000${String(below(100_000)).padStart(5, "0")}`,
    address: `Lorong Latihan No. ${1 + below(90)}`,
    region: code,
    jobs: job === null ? [] : [job],
    income: INCOME,
    employs: false,
    read: [],
  };
}
