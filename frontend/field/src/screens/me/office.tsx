import { type AboutView, engine } from "../../engine";
import { formatDate } from "../../i18n/format";
import { meTexts } from "../../i18n/me";
import { licenceTexts } from "../../i18n/me-licence";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { Facts, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";

/** Agency office, branch, place and territory, and until when the agreement lasts. */
export function OwnOffice({ about }: { about: AboutView | null }) {
  const t = useTexts(meTexts);
  const said = useTexts(licenceTexts);
  const language = useLanguage();
  const device = useValue(engine.device);
  const agent = useValue(engine.me)?.agent ?? device.agent;
  const placement = about?.placement ?? null;
  const agreement = about?.office?.agreement ?? null;
  const day = (date: string) => formatDate(date, language);
  const rows: [string, string][] = [
    [t.officeName, about?.office?.name || agent?.office || t.noOffice],
    [t.branch, device.branch?.name ?? t.unknown],
  ];
  if (placement) {
    const until = placement.until === null ? "" : `, ${t.placementUntil(day(placement.until))}`;
    rows.push([t.placement, t.placementSince(placement.place, day(placement.from)) + until]);
    if (placement.districts.length > 0) rows.push([t.territory, placement.districts.join(", ")]);
  }
  if (about !== null && placement === null) rows.push([t.placement, said.notPlaced]);
  if (about?.office)
    rows.push([t.agreement, agreement ? t.agreementOf(agreement.number, day(agreement.valid_to)) : t.noAgreement]);
  if (about?.since) rows.push([t.agentSince, day(about.since)]);
  return (
    <Section title={t.office} testid="me-office">
      {about?.office?.trouble && (
        <Notice tone="needs" testid="me-office-trouble">
          <p>{about.office.trouble[language]}</p>
        </Notice>
      )}
      <Facts rows={rows} />
    </Section>
  );
}
