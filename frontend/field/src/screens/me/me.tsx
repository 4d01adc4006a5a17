import "../../styles/me.css";
import { useState } from "preact/hooks";
import { type AboutView, engine } from "../../engine";
import { dayOf, formatAge, formatDate } from "../../i18n/format";
import { meTexts } from "../../i18n/me";
import { Button, ButtonLink } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useNow, useValue } from "../../ui/observe";
import { Facts, Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { whyBlocked } from "../blocked";
import { BlockedNotice } from "../blocked-notice";
import { BadgeCard } from "./badge";
import { OwnFile } from "./file";
import { Learning } from "./learning";

/** The agent's own papers, from the last sync: licence and badge, office, courses and exams, file. */
export function MeScreen() {
  const t = useTexts(meTexts);
  const me = useValue(engine.me);
  const about = useValue(engine.about);
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const why = whyBlocked(me, today);
  return (
    <Page title={t.title} testid="screen-me">
      {why && <BlockedNotice why={why} />}
      {why === "trainee" && <Learning exams={about?.exams ?? []} timezone={timezone} />}
      <BadgeCard me={me} about={about} why={why} />
      {about === null && (
        <Notice tone="note" testid="me-nothing">
          <p>{t.nothingYet}</p>
        </Notice>
      )}
      <OwnOffice about={about} />
      {why !== "trainee" && <Learning exams={about?.exams ?? []} timezone={timezone} />}
      {about && <OwnFile file={about.file} today={today} />}
      <Refresh about={about} />
    </Page>
  );
}

function OwnOffice({ about }: { about: AboutView | null }) {
  const t = useTexts(meTexts);
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

function Refresh({ about }: { about: AboutView | null }) {
  const t = useTexts(meTexts);
  const language = useLanguage();
  const now = useNow();
  const [busy, setBusy] = useState(false);
  const refresh = () => {
    setBusy(true);
    void engine.sync.now().finally(() => setBusy(false));
  };
  return (
    <div class="stack">
      {about && (
        <p class="muted small" data-testid="me-age">
          {t.asOf(formatAge(now - about.as_of_ms, language))}
        </p>
      )}
      <Button icon="sync" wide busy={busy} onPress={refresh} testid="me-refresh">
        {t.refresh}
      </Button>
      <ButtonLink wide icon="gear" href="#/settings">
        {t.settings}
      </ButtonLink>
    </div>
  );
}
