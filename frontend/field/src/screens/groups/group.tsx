import { useState } from "preact/hooks";
import { type ErrorView, engine, type GroupTold } from "../../engine";
import { formatDate, formatMoney, inGroups } from "../../i18n/format";
import { groupsTexts } from "../../i18n/groups";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Badge } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { STEPS } from "../enrol/steps";

/** `#/groups/<id>`: the next of its people, and the code that pays for all of them. */
export function GroupScreen({ group, isMade }: { group: GroupTold; isMade: boolean }) {
  const t = useTexts(groupsTexts);
  const language = useLanguage();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const enrol = async () => {
    setBusy(true);
    try {
      const fields = { region: group.region, ...(group.place === "" ? {} : { address: group.place }) };
      const draft = await engine.drafts.startInGroup(group.id, fields);
      navigate(link("enrol", draft.id, STEPS[0]));
    } catch (failure) {
      setProblem(asErrorView(failure));
      setBusy(false);
    }
  };
  const { order } = group;
  return (
    <Page
      title={group.name}
      back={{ href: "#/groups", label: t.back }}
      testid="screen-group"
      foot={
        <Button kind="primary" wide icon="plus" busy={busy} onPress={() => void enrol()} testid="group-enrol">
          <span class="two-lines">
            {t.enrolNext}
            <small>{t.enrolNextDetail}</small>
          </span>
        </Button>
      }
    >
      {problem && <ErrorNotice error={problem} />}
      <p class="muted">
        {t[group.kind]}
        {group.place && ` · ${group.place}`}
      </p>
      {isMade ? (
        <Badge tone="needs">{t.unsent}</Badge>
      ) : (
        <p>{group.members === 0 ? t.members(0) : t.paid(group.paid, group.members)}</p>
      )}
      <Section title={t.coordinator}>
        <p>{group.coordinator}</p>
        {group.phone && (
          <ButtonLink icon="phone" href={`tel:${group.phone}`}>
            {t.call}
          </ButtonLink>
        )}
      </Section>
      {!isMade && (
        <Section title={t.code}>
          {order ? (
            <>
              <p class="code">{inGroups(order.code)}</p>
              <p>
                <strong>{formatMoney(order.amount)}</strong> {t.codeFor(order.count)}
              </p>
              <p class="muted small">{t.payBy(formatDate(dayIn(order.pay_by, timezone), language))}</p>
            </>
          ) : (
            <p class="muted">{t.noCode}</p>
          )}
        </Section>
      )}
    </Page>
  );
}

function dayIn(instant: string, timezone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: timezone }).format(new Date(instant));
}
