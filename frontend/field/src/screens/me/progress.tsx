import { useEffect, useState } from "preact/hooks";
import { engine, type LearningKept, type OwnExam } from "../../engine";
import { awaited, openTaking } from "../../engine/courses/taking";
import { formatDate, formatInstant } from "../../i18n/format";
import { licenceTexts } from "../../i18n/me-licence";
import { Facts } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { fetchList } from "../courses/use-courses";
import { nextExam } from "./next-exam";

interface Props {
  readonly exams: readonly OwnExam[];
  readonly timezone: string;
  /** Milliseconds. */
  readonly now: number;
}

/** How far the courses are, and when the next exam is: as the phone keeps it, and newer where there is signal. */
export function Progress({ exams, timezone, now }: Props) {
  const t = useTexts(licenceTexts);
  const language = useLanguage();
  const kept = useKept();
  const rows: [string, string][] = [];
  if (kept?.list) {
    const { courses, credit } = kept.list;
    const left = courses.filter((course) => course.missing && awaited(course, kept) === null).length;
    rows.push([t.mustCourses, left > 0 ? t.mustLeft(left) : t.mustDone]);
    for (const going of courses.map((course) => openTaking(course, kept)).filter((one) => one !== null))
      rows.push([t.going, t.goingModules(going.version.title, going.passed.length, going.version.modules.length)]);
    rows.push([t.credit, t.creditSince(credit.minutes, formatDate(credit.since, language))]);
  }
  const next = nextExam(exams, now);
  if (next) {
    const title = next.title[language];
    const isOpen = next.opens_at === null || Date.parse(next.opens_at) <= now;
    const at = isOpen ? next.closes_at : next.opens_at;
    const said = isOpen && next.refused === null ? t.examAnyTime(title) : title;
    rows.push([t.nextExam, !isOpen && at ? t.examOn(title, formatInstant(at, timezone, language)) : said]);
  } else rows.push([t.nextExam, t.examNone]);
  return (
    <div data-testid="me-progress">
      <Facts rows={rows} />
    </div>
  );
}

function useKept(): LearningKept | null {
  const [kept, setKept] = useState<LearningKept | null>(null);
  useEffect(() => {
    let isOver = false;
    const show = (found: LearningKept | null) => isOver || setKept(found);
    void engine.learning
      .find()
      .then(show)
      .then(fetchList)
      .then(show)
      .catch(() => undefined); // without signal, what is kept stays
    return () => {
      isOver = true;
    };
  }, []);
  return kept;
}
