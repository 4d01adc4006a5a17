/** Who pays several at once: a business for its workers, a group for its members. One receipt, a line for each. */
import { type DueTold, type EmployersKept, engine, type MemberView } from "../../engine";
import { cashTexts } from "../../i18n/cash";
import { formatMoney, formatMonth } from "../../i18n/format";
import { addMonths } from "../../rules/dates";
import { Check } from "../../ui/choice";
import { useLanguage, useTexts } from "../../ui/preferences";
import { type Filling, MOST_LINES, rupiah, suggest } from "./filling";

export interface Payer {
  readonly kind: "employer" | "group";
  readonly id: string;
  readonly name: string;
  readonly enrolments: readonly string[];
}

/** The owner whose own dues the code of the business pays along, where the visit was made on this phone. */
function ownerAlong(made: EmployersKept["made"], id: string): readonly string[] {
  const visit = made.find((one) => one.op === id);
  return visit?.ownerAlong && visit.ownerOp ? [visit.ownerOp] : [];
}

/** What this phone keeps of the agent's businesses and groups; those without anybody to pay for are left out. */
export async function findPayers(): Promise<readonly Payer[]> {
  const [learning, groups] = await Promise.all([engine.learning.find(), engine.learning.findGroups()]);
  const made = learning?.employers?.made ?? [];
  const firms = (learning?.employers?.told ?? []).map(({ id, name, workers }) => ({
    kind: "employer" as const,
    id,
    name,
    enrolments: [...ownerAlong(made, id), ...workers.map((one) => one.enrolment)],
  }));
  const others = (groups?.told?.groups ?? []).map(({ id, name, enrolments }) => ({
    kind: "group" as const,
    id,
    name,
    enrolments: enrolments ?? [],
  }));
  return [...firms, ...others].filter((one) => one.enrolments.length > 0);
}

/**
 * A line for everybody of the payer who owes something. What an employer owes is its bill, which the list of members has sooner than
 * the copy of the dues.
 */
export async function linesOf(
  payer: Payer,
  month: string,
  dueOf: (member: MemberView) => Promise<DueTold | null>,
): Promise<readonly Filling[]> {
  const found = await Promise.all(payer.enrolments.map((one) => engine.members.find(one)));
  const members = found.filter((one) => one !== null);
  const lines = await Promise.all(
    members.map(async (one) => suggest(one, month, payer.kind === "employer" ? null : await dueOf(one))),
  );
  return lines.filter((one) => (one.owed ?? 0) > 0).slice(0, MOST_LINES);
}

interface Props {
  readonly offered: readonly Filling[];
  readonly chosen: readonly Filling[];
  readonly onChosen: (lines: readonly Filling[]) => void;
}

/** Everybody who owes, each with what is paid for them; whoever is left out is not on the receipt. */
export function PayerLines({ offered, chosen, onChosen }: Props) {
  const t = useTexts(cashTexts);
  const language = useLanguage();
  const isIn = (line: Filling) => chosen.some((one) => one.member.key === line.member.key);
  const toggle = (line: Filling, on: boolean) =>
    onChosen(offered.filter((one) => (one.member.key === line.member.key ? on : isIn(one))));
  if (offered.length === 0) return <p>{t.nobodyOwes}</p>;
  return (
    <fieldset class="field" data-testid="cash-lines">
      <legend class="field__label">{t.paidFor(chosen.length, offered.length)}</legend>
      {offered.map((line) => {
        const last = addMonths(line.from, line.count - 1);
        const months = [line.from, last].map((one) => formatMonth(one, language));
        return (
          <Check
            key={line.member.key}
            id={`pays-${line.member.key}`}
            label={line.member.name}
            checked={isIn(line)}
            onChecked={(on) => toggle(line, on)}
          >
            {formatMoney(rupiah(line.amount))} · {line.count > 1 ? months.join(" – ") : months[0]}
          </Check>
        );
      })}
    </fieldset>
  );
}
