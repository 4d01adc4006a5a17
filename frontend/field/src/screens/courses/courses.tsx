import { type CourseView, engine, type LearningKept, type LessonView } from "../../engine";
import { awaited, openTaking } from "../../engine/courses/taking";
import { coursesTexts } from "../../i18n/courses";
import { formatAge, formatDate, formatInstant } from "../../i18n/format";
import { Button, ButtonLink } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { Icon } from "../../ui/icon";
import { Badge, Notice } from "../../ui/notice";
import { useNow, useValue } from "../../ui/observe";
import { Empty, Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { AttendScreen } from "./attend";
import { CourseScreen } from "./course";
import { formatSize } from "./size";
import { type Courses, useCourses } from "./use-courses";

/** `#/courses`, `#/courses/attend[/digits]`, `#/courses/<course>[/<module>]`. */
export function CoursesScreen({ path }: { path: readonly string[] }) {
  const courses = useCourses();
  const [first, second] = path;
  if (first === "attend") return <AttendScreen digits={second ?? ""} />;
  if (first !== undefined) return <CourseScreen courses={courses} courseId={first} moduleId={second ?? null} />;
  return <CourseListScreen courses={courses} />;
}

function CourseListScreen({ courses }: { courses: Courses }) {
  const t = useTexts(coursesTexts);
  const language = useLanguage();
  const now = useNow();
  const { kept, problem, busy } = courses;
  if (kept === null) return <main class="page" aria-busy="true" />;
  const { list } = kept;
  return (
    <Page
      title={t.title}
      testid="screen-courses"
      foot={
        <ButtonLink kind="primary" wide icon="qr" href="#/courses/attend" testid="attend">
          {t.here}
        </ButtonLink>
      }
    >
      {list === null && problem === null && <p class="muted">{t.intro}</p>}
      {list === null && problem !== null && (
        <Notice tone="needs" live>
          <p>{t.needSignal}</p>
        </Notice>
      )}
      {problem && list === null && <ErrorNotice error={problem} />}
      {list && (
        <>
          <p class="with-icon" data-testid="credit">
            <Icon name="clock" />
            <span>
              {t.credit(
                t.hours(Math.floor(list.credit.minutes / 60), list.credit.minutes % 60),
                formatDate(list.credit.since, language),
              )}
            </span>
          </p>
          <Lists courses={courses} kept={kept} all={list.courses} />
          <Lessons lessons={list.lessons} />
          <p class="muted small">{t.asOf(formatAge(now - kept.fetchedAt, language))}</p>
          <Button icon="sync" busy={busy} onPress={courses.reload} testid="courses-reload">
            {t.reload}
          </Button>
        </>
      )}
    </Page>
  );
}

interface ListsProps {
  readonly courses: Courses;
  readonly kept: LearningKept;
  readonly all: readonly CourseView[];
}

function Lists({ courses, kept, all }: ListsProps) {
  const t = useTexts(coursesTexts);
  if (all.length === 0) {
    return (
      <Empty title={t.empty}>
        <p>{t.emptyBody}</p>
      </Empty>
    );
  }
  const must = all.filter((course) => course.missing);
  const others = all.filter((course) => !course.missing);
  const cards = (some: readonly CourseView[]) =>
    some.map((course) => <CourseCard key={course.id} course={course} kept={kept} whole={courses.whole} />);
  return (
    <>
      {must.length > 0 && (
        <Section title={t.must} testid="courses-must">
          {cards(must)}
        </Section>
      )}
      {others.length > 0 && (
        <Section title={t.others} testid="courses-others">
          {cards(others)}
        </Section>
      )}
    </>
  );
}

interface CardProps {
  readonly course: CourseView;
  readonly kept: LearningKept;
  readonly whole: ReadonlySet<string>;
}

function CourseCard({ course, kept, whole }: CardProps) {
  const t = useTexts(coursesTexts);
  const language = useLanguage();
  const taking = openTaking(course, kept);
  const head = taking?.version ?? course.version ?? null;
  if (head === null) return null;
  const notes = [
    course.missing && course.due_on ? t.due(formatDate(course.due_on, language)) : null,
    whole.has(head.id) ? t.onPhone : t.size(formatSize(head.bytes)),
  ].filter((note) => note !== null);
  return (
    <a class="card card--link" href={link("courses", course.id)} data-testid="course" data-course={course.id}>
      <Icon name="book" />
      <span class="card__main">
        <strong>{head.title}</strong>
        <CourseState course={course} kept={kept} />
        <span class="muted small">{notes.join(" · ")}</span>
      </span>
      <Icon name="forward" />
    </a>
  );
}

export function CourseState({ course, kept }: Omit<CardProps, "whole">) {
  const t = useTexts(coursesTexts);
  const language = useLanguage();
  const taking = openTaking(course, kept);
  if (awaited(course, kept) !== null) return <Badge tone="note">{t.doneHere}</Badge>;
  if (taking !== null && taking.passed.length > 0) {
    return <Badge tone="needs">{t.progress(taking.passed.length, taking.version.modules.length)}</Badge>;
  }
  if (course.done_on !== null && !course.missing) {
    return <Badge tone="done">{t.doneOn(formatDate(course.done_on, language))}</Badge>;
  }
  return <span class="muted small">{t.notBegun(course.version?.modules.length ?? 0)}</span>;
}

function Lessons({ lessons }: { lessons: readonly LessonView[] }) {
  const t = useTexts(coursesTexts);
  const language = useLanguage();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const words: Record<string, string> = { present: t.present, flagged: t.flagged, absent: t.absent };
  return (
    <Section title={t.classes} testid="lessons">
      {lessons.length === 0 && <p class="muted">{t.noClasses}</p>}
      {lessons.map((lesson) => (
        <div key={lesson.id} class="card" data-testid="lesson">
          <strong>{lesson.title}</strong>
          <span>{formatInstant(lesson.starts_at, timezone, language)}</span>
          <span class="muted">{lesson.place}</span>
          {lesson.cancelled && <Badge tone="stop">{t.classCancelled}</Badge>}
          {lesson.attendance && (
            <Badge tone={lesson.attendance === "present" ? "done" : "needs"}>{words[lesson.attendance] ?? ""}</Badge>
          )}
        </div>
      ))}
    </Section>
  );
}
