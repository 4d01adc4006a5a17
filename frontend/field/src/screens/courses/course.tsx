import { useEffect, useRef, useState } from "preact/hooks";
import {
  type CourseHead,
  type CourseView,
  type ErrorView,
  engine,
  type LearningKept,
  type TakingKept,
} from "../../engine";
import { download, findWhole, type Version } from "../../engine/courses/content";
import { isFinished, openTaking, withTaking } from "../../engine/courses/taking";
import { uuid7 } from "../../engine/encoding";
import { coursesTexts } from "../../i18n/courses";
import { formatDate } from "../../i18n/format";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Icon } from "../../ui/icon";
import { Badge, Notice } from "../../ui/notice";
import { Page, Section } from "../../ui/page";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { CourseState } from "./courses";
import { ModuleScreen } from "./module";
import { formatSize } from "./size";
import type { Courses } from "./use-courses";

interface Props {
  readonly courses: Courses;
  readonly courseId: string;
  readonly moduleId: string | null;
}

/** One course: what it asks, its download, its modules; with a module, that. */
export function CourseScreen({ courses, courseId, moduleId }: Props) {
  const t = useTexts(coursesTexts);
  const { kept } = courses;
  if (kept === null) return <main class="page" aria-busy="true" />;
  const course = kept.list?.courses.find((one) => one.id === courseId);
  const taking = course === undefined ? null : openTaking(course, kept);
  const head = taking?.version ?? course?.version ?? null;
  if (course === undefined || head === null) {
    return (
      <Page title={t.title} back={{ href: "#/courses", label: t.back }} testid="screen-course">
        <p>{t.gone}</p>
      </Page>
    );
  }
  const begun = taking ?? begin(course.id, head);
  const finished = isFinished(course, kept);
  if (moduleId !== null) {
    return <ModuleScreen courses={courses} course={course} taking={begun} moduleId={moduleId} finished={finished} />;
  }
  return <CoursePage courses={courses} kept={kept} course={course} taking={taking} head={head} finished={finished} />;
}

export function begin(course: string, version: CourseHead): TakingKept {
  return { id: uuid7(Date.now()), course, version, begunAt: Date.now(), passed: [], draft: null };
}

interface PageProps {
  readonly courses: Courses;
  readonly kept: LearningKept;
  readonly course: CourseView;
  readonly taking: TakingKept | null;
  readonly head: CourseHead;
  readonly finished: boolean;
}

function CoursePage({ courses, kept, course, taking, head, finished }: PageProps) {
  const t = useTexts(coursesTexts);
  const language = useLanguage();
  const version = useVersion(head.id, courses.whole.has(head.id));
  const newer = taking !== null && course.version !== null && course.version.id !== head.id ? course.version : null;
  return (
    <Page title={head.title} back={{ href: "#/courses", label: t.back }} testid="screen-course">
      <CourseState course={course} kept={kept} />
      {head.summary && <p>{head.summary}</p>}
      <p class="muted">
        {t.creditOf(head.credit_minutes)} · {t.passMark(head.pass_percent)}
        {course.missing && course.due_on && ` · ${t.due(formatDate(course.due_on, language))}`}
      </p>
      {course.missing && course.reason && (
        <Notice tone="needs" title={t.reason}>
          <p class="breakable">{course.reason}</p>
        </Notice>
      )}
      {newer && (
        <Notice tone="note" testid="newer-version">
          <p>{t.newer}</p>
          <Button kind="quiet" onPress={() => void courses.change((all) => withTaking(all, begin(course.id, newer)))}>
            {t.beginNewer}
          </Button>
        </Notice>
      )}
      {finished && course.version !== null && (
        <Notice tone="done" title={t.finished} testid="finished">
          <p>{t.finishedBody}</p>
          <Button
            icon="undo"
            onPress={() => void courses.change((all) => withTaking(all, begin(course.id, head)))}
            testid="take-again"
          >
            {t.again}
          </Button>
        </Notice>
      )}
      {version === null ? (
        <Download head={head} courses={courses} />
      ) : (
        <>
          <p class="with-icon muted" data-testid="on-phone">
            <Icon name="check" />
            <span>{t.ready}</span>
          </p>
          <Modules course={course} version={version} passed={finished ? head.modules : (taking?.passed ?? [])} />
        </>
      )}
    </Page>
  );
}

/** Null until it is wholly on the phone. */
export function useVersion(id: string, whole: boolean): Version | null {
  const [version, setVersion] = useState<Version | null>(null);
  useEffect(() => {
    if (whole) void findWhole(id).then(setVersion);
  }, [id, whole]);
  return version?.id === id ? version : null;
}

function Modules({ course, version, passed }: { course: CourseView; version: Version; passed: readonly string[] }) {
  const t = useTexts(coursesTexts);
  return (
    <Section title={t.modules} testid="modules">
      {version.modules.map((module, place) => (
        <a key={module.id} class="card card--link" href={link("courses", course.id, module.id)} data-testid="module">
          <span class="card__main">
            <strong>
              {place + 1}. {module.title}
            </strong>
            {passed.includes(module.id) ? (
              <Badge tone="done">{t.modulePassed}</Badge>
            ) : (
              <span class="muted small">{t.moduleOpen}</span>
            )}
          </span>
          <Icon name="forward" />
        </a>
      ))}
    </Section>
  );
}

function Download({ head, courses }: { head: CourseHead; courses: Courses }) {
  const t = useTexts(coursesTexts);
  const [part, setPart] = useState<{ done: number; total: number } | null>(null);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const start = async () => {
    const control = new AbortController();
    stop.current = control;
    setProblem(null);
    setPart({ done: 0, total: head.bytes });
    try {
      await download(head.id, engine.learning, control.signal, (done, total) => setPart({ done, total }));
      await courses.look();
    } catch (failure) {
      if (!control.signal.aborted) setProblem(asErrorView(failure));
    } finally {
      setPart(null);
    }
  };
  return (
    <div class="card">
      <p>{t.downloadFirst}</p>
      {problem && <ErrorNotice error={problem} testid="download-error" />}
      {part === null ? (
        <Button kind="primary" icon="save" wide onPress={() => void start()} testid="download">
          {t.download(formatSize(head.bytes))}
        </Button>
      ) : (
        <>
          <progress max={part.total} value={part.done} />
          <p role="status">{t.downloading(formatSize(part.done), formatSize(part.total))}</p>
          <Button icon="stop" onPress={() => stop.current?.abort()}>
            {t.downloadStop}
          </Button>
        </>
      )}
      <p class="muted small">{t.downloadNote}</p>
    </div>
  );
}
