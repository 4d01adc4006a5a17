import { engine } from "../engine";
import { commonTexts } from "../i18n/common";
import { sayError } from "../i18n/errors";
import { formatDate, formatInstant, formatKilobytes } from "../i18n/format";
import type { Language } from "../i18n/language";
import { settingsTexts } from "../i18n/settings";
import { ReaderSection } from "../reader/section";
import { Button, ButtonLink } from "../ui/button";
import { Choice } from "../ui/choice";
import { useValue } from "../ui/observe";
import { Facts, Page, Section } from "../ui/page";
import { changePreferences, type TextSize, type Theme, usePreferences, useTexts } from "../ui/preferences";
import { toast } from "../ui/toast";
import { SecuritySection } from "./lock/security";
import { writeReport } from "./report";
import { type SyncRound, syncRounds } from "./sync-log";

/** How the app looks, whose phone this is, what is stored, and what to send when something is wrong. */
export function SettingsScreen() {
  const t = useTexts(settingsTexts);
  return (
    <Page title={t.title} testid="screen-settings">
      <Looks />
      <SecuritySection />
      <AgentSection />
      <PhoneSection />
      <ReaderSection />
      <SyncLogSection />
      <ReportSection />
    </Page>
  );
}

function Looks() {
  const t = useTexts(settingsTexts);
  const chosen = usePreferences();
  return (
    <>
      <Choice<Language>
        id="language"
        legend={t.language}
        inline
        value={chosen.language}
        onValue={(language) => changePreferences({ language })}
        options={[
          { value: "id", label: "Bahasa Indonesia", lang: "id" },
          { value: "en", label: "English", lang: "en" },
        ]}
      />
      <Choice<Theme>
        id="theme"
        legend={t.theme}
        inline
        value={chosen.theme}
        onValue={(theme) => changePreferences({ theme })}
        options={[
          { value: "auto", label: t.themeAuto },
          { value: "light", label: t.themeLight },
          { value: "dark", label: t.themeDark },
        ]}
      />
      <Choice<TextSize>
        id="text-size"
        legend={t.textSize}
        inline
        value={chosen.textSize}
        onValue={(textSize) => changePreferences({ textSize })}
        options={[
          { value: "normal", label: t.sizeNormal },
          { value: "large", label: t.sizeLarge },
          { value: "largest", label: t.sizeLargest },
        ]}
      />
      <Choice<"shown" | "hidden">
        id="rank"
        legend={t.rank}
        inline
        value={chosen.rank ? "shown" : "hidden"}
        onValue={(rank) => changePreferences({ rank: rank === "shown" })}
        options={[
          { value: "shown", label: t.rankShown },
          { value: "hidden", label: t.rankHidden },
        ]}
      />
    </>
  );
}

function AgentSection() {
  const t = useTexts(settingsTexts);
  const { language } = usePreferences();
  const device = useValue(engine.device);
  const me = useValue(engine.me);
  const agent = me?.agent ?? device.agent;
  const licence = me?.licence;
  return (
    <Section title={t.agent} testid="settings-agent">
      <Facts
        rows={[
          [t.name, agent?.name ?? t.none],
          [t.code, agent?.code ?? t.none],
          [t.office, agent?.office || t.none],
          [t.branch, device.branch?.name ?? t.none],
          [t.subBranch, agent?.sub_branch || t.noSubBranch],
          [t.licence, licence ? t.licenceUntil(licence.number, formatDate(licence.valid_to, language)) : t.none],
        ]}
      />
    </Section>
  );
}

function PhoneSection() {
  const t = useTexts(settingsTexts);
  const { language } = usePreferences();
  const device = useValue(engine.device);
  const reference = useValue(engine.reference.state);
  const updates = useValue(engine.updates.state);
  const keeping = useValue(engine.keeping);
  const isKept = keeping.persisted === "granted";
  const timezone = device.branch?.timezone ?? "Asia/Jakarta";
  const refresh = async () => {
    try {
      await engine.reference.refresh();
      toast(t.refreshed);
    } catch {
      toast(sayError({ code: "unreachable", text: null }, language).what);
    }
  };
  const activated = device.activatedAt === null ? t.none : formatInstant(device.activatedAt, timezone, language);
  return (
    <Section title={t.thisPhone} testid="settings-phone">
      <Facts
        rows={[
          [t.device, <span class="breakable">{device.device ?? t.none}</span>],
          [t.activatedOn, activated],
          [t.version, engine.version],
          [t.rules, reference.rules ?? t.none],
          [t.regions, <span class="breakable">{reference.regions ?? t.none}</span>],
          [t.offlineReady, updates.offlineReady ? t.ready : t.notOfflineReady],
          [t.storage, isKept ? t.storagePersisted : t.storageBestEffort],
          [t.storageUsed, formatKilobytes(keeping.usedBytes ?? 0)],
        ]}
      />
      <div class="stack">
        {!isKept && (
          <Button icon="shield" wide onPress={() => void protect(t.protectFailed)} testid="protect-storage">
            {t.protectStorage}
          </Button>
        )}
        <Button icon="sync" wide onPress={() => void refresh()} testid="refresh-reference">
          {t.refresh}
        </Button>
        <ButtonLink wide icon="phone" href="#/activate" testid="reactivate">
          {t.reactivate}
        </ButtonLink>
      </div>
    </Section>
  );
}

/** Asks the phone not to clear what is stored here. */
async function protect(refused: string): Promise<void> {
  await engine.askToKeep();
  if (engine.keeping.get().persisted !== "granted") toast(refused);
}

function SyncLogSection() {
  const t = useTexts(settingsTexts);
  const { language } = usePreferences();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  useValue(engine.sync.state);
  const outcome = (round: SyncRound) =>
    round.code === null ? t.syncOk : sayError({ code: round.code as `E${string}`, text: null }, language).what;
  const rounds = syncRounds();
  return (
    <details class="fold" data-testid="sync-log">
      <summary>{t.syncLog}</summary>
      {rounds.length === 0 ? (
        <p>{t.syncLogEmpty}</p>
      ) : (
        <ul class="plain-list">
          {rounds.map((round) => (
            <li key={round.at}>
              {formatInstant(round.at, timezone, language)}: {outcome(round)}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

function ReportSection() {
  const t = useTexts(settingsTexts);
  const common = useTexts(commonTexts);
  const text = writeReport();
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    toast(common.copied);
  };
  return (
    <details class="fold" data-testid="report">
      <summary>{t.report}</summary>
      <p>{t.reportBody}</p>
      <pre class="report">{text}</pre>
      <Button icon="copy" wide onPress={() => void copy()} testid="copy-report">
        {t.copyReport}
      </Button>
    </details>
  );
}
