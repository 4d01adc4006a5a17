import { useState } from "preact/hooks";
import { engine } from "../../engine";
import { byRoute, type ChaseItem } from "../../engine/chase";
import { chaseTexts } from "../../i18n/chase";
import { formatAge } from "../../i18n/format";
import { Button } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { useNow } from "../../ui/observe";
import { Empty, Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { toast } from "../../ui/toast";
import { Cards, LaterPart } from "./cards";
import { type Day, planDay } from "./day";
import { OutcomeScreen } from "./outcome";
import { Over } from "./over";
import { Recorded } from "./recorded";
import { Found, Search } from "./search";
import { type Dues, useDues } from "./use-dues";

/** A list shorter than this is seen at a glance. */
const SEARCH_FROM = 8;

/** `#/chase`, `#/chase/<enrolment>`. */
export function ChaseScreen({ path }: { path: readonly string[] }) {
  const dues = useDues();
  const [enrolment] = path;
  if (dues.kept === null) return <main class="page" aria-busy="true" />;
  if (enrolment !== undefined) return <OutcomeScreen dues={dues} enrolment={enrolment} />;
  return <ListScreen dues={dues} />;
}

function ListScreen({ dues }: { dues: Dues }) {
  const t = useTexts(chaseTexts);
  const language = useLanguage();
  const now = useNow();
  const { kept, items, problem, busy } = dues;
  const day = kept === null ? null : planDay(items, kept, dues.today);
  return (
    <Page title={t.title} back={{ href: "#/", label: t.toHome }} testid="screen-chase">
      {kept?.told === null && <Notice tone="needs" title={t.needSignal} testid="chase-need-signal" />}
      {kept?.told === null && problem && <ErrorNotice error={problem} />}
      {kept?.told && items.length === 0 && (
        <Empty title={t.none}>
          <p>{t.noneBody}</p>
        </Empty>
      )}
      {day && day.all > 0 && <Progress day={day} />}
      {day && items.length > 0 && <Today today={dues.today} items={items} day={day} />}
      <Recorded dues={dues} />
      <Over dues={dues} />
      {kept?.told && (
        <div class="section">
          <p class="muted small">{t.asOf(formatAge(now - kept.fetchedAt, language))}</p>
          <Button icon="sync" busy={busy} onPress={dues.reload} testid="chase-reload">
            {t.reload}
          </Button>
        </div>
      )}
    </Page>
  );
}

function Progress({ day: { done, all, rest } }: { day: Day }) {
  const t = useTexts(chaseTexts);
  return (
    <div class="progress" data-testid="chase-progress" data-done={done} data-all={all}>
      <label for="chase-day">
        <strong>{t.progress(done, all)}</strong>
        {rest > 0 && <span class="muted small"> · {t.rest(rest)}</span>}
      </label>
      <progress id="chase-day" class="chase__bar" max={all} value={done} />
    </div>
  );
}

/** By what is lost, from the nearest, or whom one looks for. */
function Today({ today, items, day }: { today: string; items: readonly ChaseItem[]; day: Day }) {
  const t = useTexts(chaseTexts);
  const [text, setText] = useState("");
  const [route, setRoute] = useState<readonly ChaseItem[] | null>(null);
  const [finding, setFinding] = useState(false);
  const findRoute = async () => {
    setFinding(true);
    const place = await engine.locate();
    setFinding(false);
    if (place === null) toast(t.noPlace);
    else setRoute(byRoute(items, place));
  };
  const left = route?.filter((one) => items.some((item) => item.due.id === one.due.id));
  return (
    <>
      {items.length > SEARCH_FROM && <Search text={text} onText={setText} />}
      {text.trim() !== "" && <Found today={today} items={items} text={text} />}
      {text.trim() === "" && (
        <>
          <Button
            icon={route === null ? "forward" : "list"}
            busy={finding}
            onPress={() => (route === null ? void findRoute() : setRoute(null))}
            testid="chase-route"
          >
            {route === null ? t.route : t.byLoss}
          </Button>
          {left ? (
            <Cards today={today} items={left} isWhyShown opened={left[0]?.due.id} />
          ) : (
            <Parts day={day} on={today} />
          )}
        </>
      )}
    </>
  );
}

function Parts({ day: { today, later, rest }, on }: { day: Day; on: string }) {
  const t = useTexts(chaseTexts);
  const [first] = today;
  return (
    <>
      {first === undefined && (
        <Notice tone="done" title={t.dayDone}>
          <p>{t.dayDoneBody}</p>
        </Notice>
      )}
      {today.map(({ name, items }) => (
        <Section key={name} title={`${t[`part_${name}`]} (${items.length})`} testid={`chase-part-${name}`}>
          <Cards
            today={on}
            items={items}
            isWhyShown={name === "lost"}
            opened={name === first?.name ? items[0]?.due.id : undefined}
          />
        </Section>
      ))}
      {later.length > 0 && (
        <Section title={`${t.later} (${rest})`} testid="chase-later">
          <p class="muted small">{t.laterBody}</p>
          {later.map((part) => (
            <LaterPart key={part.name} today={on} part={part} />
          ))}
        </Section>
      )}
    </>
  );
}
