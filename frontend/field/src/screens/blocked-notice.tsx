import { engine } from "../engine";
import { blockedTexts, sayBlocked } from "../i18n/blocked";
import { dayOf, formatDate } from "../i18n/format";
import { ButtonLink } from "../ui/button";
import { Notice } from "../ui/notice";
import { useValue } from "../ui/observe";
import { Page } from "../ui/page";
import { useLanguage, useTexts } from "../ui/preferences";
import { type Why, whyClosed } from "./blocked";

/** What closes the form for this agent now, as the phone knows it. */
export function findWhy(): Why | null {
  const timezone = engine.device.get().branch?.timezone ?? "Asia/Jakarta";
  return whyClosed(engine.me.get(), dayOf(engine.serverNow(), timezone));
}

export function BlockedNotice({ why }: { why: Why }) {
  const t = useTexts(blockedTexts);
  const language = useLanguage();
  const about = useValue(engine.about);
  const { title, body } = sayBlocked(t, why);
  const hold = about?.hold?.kind === why ? about.hold : null;
  return (
    <Notice tone={why === "trainee" ? "note" : "stop"} title={title} testid={`blocked-${why}`}>
      <p>
        {body} {hold?.until && t.until(formatDate(hold.until, language))}
      </p>
    </Notice>
  );
}

/** The way out of it: the courses for whoever has to learn, the file for the others. */
export function BlockedLink({ why }: { why: Why }) {
  const t = useTexts(blockedTexts);
  const learns = why === "trainee" || why === "remedial";
  return (
    <ButtonLink
      kind="primary"
      wide
      icon={learns ? "book" : "badge"}
      href={learns ? "#/courses" : "#/me"}
      testid="blocked-link"
    >
      {learns ? t.toCourses : t.toMe}
    </ButtonLink>
  );
}

/** In place of the enrolment form. */
export function BlockedScreen({ why }: { why: Why }) {
  const t = useTexts(blockedTexts);
  return (
    <Page
      title={t.enrolTitle}
      back={{ href: "#/", label: t.home }}
      testid="screen-blocked"
      foot={<BlockedLink why={why} />}
    >
      <BlockedNotice why={why} />
      <p>{t.workersMeanwhile}</p>
      <p class="muted">{t.enrolBody}</p>
    </Page>
  );
}
