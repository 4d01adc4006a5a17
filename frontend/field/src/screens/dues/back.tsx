import { useState } from "preact/hooks";
import { duesTexts } from "../../i18n/dues";
import { formatMoney } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { Notice } from "../../ui/notice";
import { Section } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import type { DuesProps } from ".";
import { firstMonth, sumOf } from "./sums";

type Answer = "yes" | "no";

/** Somebody whose membership has ended begins anew: work and health are asked again. */
export function Back({ member, rules, today, send }: DuesProps) {
  const t = useTexts(duesTexts);
  const [working, setWorking] = useState<Answer | null>(null);
  const [well, setWell] = useState<Answer | null>(null);
  const terms = { income: 0, jobs: [], ...member.terms, programmes: member.programmes };
  const sum = sumOf(rules, terms, firstMonth(member, today), 1);
  const options = [
    { value: "yes" as const, label: t.yes },
    { value: "no" as const, label: t.no },
  ];
  const body = { enrolment: member.key, is_working: true, is_well: true, months: 1 };
  return (
    <Section title={t.return} testid="dues-back">
      <p>{t.returnBody}</p>
      <Choice<Answer>
        id="dues-working"
        legend={t.working}
        inline
        value={working}
        onValue={setWorking}
        options={options}
      />
      <Choice<Answer> id="dues-well" legend={t.well} inline value={well} onValue={setWell} options={options} />
      {working === "no" && <Notice tone="stop" title={t.notWorking} live />}
      {well === "no" && <Notice tone="stop" title={t.notWell} live />}
      {sum && <p class="cover">{t.first(formatMoney(sum.total))}</p>}
      <Button
        kind="primary"
        wide
        icon="check"
        disabled={working !== "yes" || well !== "yes"}
        onPress={() => void send("reactivate", body)}
        testid="dues-return"
      >
        {t.begin}
      </Button>
    </Section>
  );
}
