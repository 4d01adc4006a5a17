import "../../styles/me.css";
import { useState } from "preact/hooks";
import { type AboutView, engine } from "../../engine";
import { dayOf, formatAge } from "../../i18n/format";
import { meTexts } from "../../i18n/me";
import { Button, ButtonLink } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useNow, useValue } from "../../ui/observe";
import { Page } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { whyBlocked } from "../blocked";
import { BlockedNotice } from "../blocked-notice";
import { BadgeCard } from "./badge";
import { OwnFile } from "./file";
import { Learning } from "./learning";
import { OwnOffice } from "./office";
import { Progress } from "./progress";
import { Renewal } from "./renewal";

/** The agent's own papers, from the last sync: licence and badge, office, courses and exams, file. */
export function MeScreen() {
  const t = useTexts(meTexts);
  const me = useValue(engine.me);
  const about = useValue(engine.about);
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const today = dayOf(engine.serverNow(), timezone);
  const why = whyBlocked(me, today);
  const learning = (
    <Learning exams={about?.exams ?? []} timezone={timezone}>
      <Progress exams={about?.exams ?? []} timezone={timezone} now={engine.serverNow()} />
    </Learning>
  );
  return (
    <Page title={t.title} testid="screen-me">
      {why && <BlockedNotice why={why} />}
      {why === "trainee" && learning}
      <BadgeCard me={me} about={about} why={why} />
      {about === null && (
        <Notice tone="note" testid="me-nothing">
          <p>{t.nothingYet}</p>
        </Notice>
      )}
      {about && <Renewal about={about} today={today} />}
      <OwnOffice about={about} />
      {why !== "trainee" && learning}
      {about && <OwnFile file={about.file} today={today} />}
      <Refresh about={about} />
    </Page>
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
