import { useEffect, useState } from "preact/hooks";
import { type Answers, type CourseView, type ErrorView, engine, type TakingKept } from "../../engine";
import { findMedia, type MediaPart, type Module, type Part } from "../../engine/courses/content";
import { isComplete, type Mark, markModule, questionsOf, withTaking } from "../../engine/courses/taking";
import { coursesTexts } from "../../i18n/courses";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { useVersion } from "./course";
import { QuestionField } from "./question";
import type { Courses } from "./use-courses";

interface Props {
  readonly courses: Courses;
  readonly course: CourseView;
  readonly taking: TakingKept;
  readonly moduleId: string;
  /** Nothing of the course is open: it is only read. */
  readonly finished: boolean;
}

export function ModuleScreen(props: Props) {
  const t = useTexts(coursesTexts);
  // A taking that is done has no open one any more: what was begun here goes on until the screen is left.
  const [taking] = useState(props.taking);
  const [reading] = useState(props.finished);
  const version = useVersion(taking.version.id, props.courses.whole.has(taking.version.id));
  const module = version?.modules.find((one) => one.id === props.moduleId);
  const back = { href: link("courses", props.course.id), label: t.back_course };
  if (module === undefined) {
    return (
      <Page title={taking.version.title} back={back} testid="screen-module">
        <p>{t.missing}</p>
      </Page>
    );
  }
  if (reading) return <ReadModule course={props.course} module={module} />;
  return <OpenModule key={module.id} {...props} taking={taking} module={module} />;
}

/** A module of a finished course, its right answers marked; nothing is kept. */
function ReadModule({ course, module }: { readonly course: CourseView; readonly module: Module }) {
  const t = useTexts(coursesTexts);
  const back = link("courses", course.id);
  const answers = Object.fromEntries(questionsOf(module).map((question) => [question.id, question.right]));
  return (
    <Page
      title={module.title}
      back={{ href: back, label: t.back_course }}
      testid="screen-module"
      foot={
        <ButtonLink kind="primary" wide icon="back" href={back} testid="to-course">
          {t.back_course}
        </ButtonLink>
      }
    >
      {module.parts.map((part) => (
        <PartView key={part.id} part={part} answers={answers} shown onChoose={() => undefined} />
      ))}
    </Page>
  );
}

function OpenModule({ courses, course, taking, module }: Props & { readonly module: Module }) {
  const t = useTexts(coursesTexts);
  const [answers, setAnswers] = useState<Answers>(taking.draft?.module === module.id ? taking.draft.answers : {});
  const [mark, setMark] = useState<Mark | null>(null);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  const [short, setShort] = useState(false);
  const [busy, setBusy] = useState(false);
  const questions = questionsOf(module);
  const newest = courses.kept?.takings.find((one) => one.id === taking.id) ?? taking;

  const choose = (question: string, chosen: readonly number[]) => {
    const changed = { ...answers, [question]: chosen };
    setAnswers(changed);
    setShort(false);
    void courses.change((kept) => {
      const present = kept.takings.find((one) => one.id === taking.id) ?? taking;
      return withTaking(kept, { ...present, draft: { module: module.id, answers: changed } });
    });
  };

  const finish = async () => {
    const unanswered = questions.some((question) => (answers[question.id] ?? []).length === 0);
    setShort(unanswered);
    if (unanswered) return;
    setBusy(true);
    try {
      const marked = markModule(module, answers, taking.version.pass_percent);
      const body = { taking: taking.id, version: taking.version.id, module: module.id, answers };
      await engine.learning.append("course_progress", body, null, module.title);
      await courses.change((kept) => {
        const present = kept.takings.find((one) => one.id === taking.id) ?? taking;
        const passed = marked.passed ? [...new Set([...present.passed, module.id])] : present.passed;
        return withTaking(kept, { ...present, passed, draft: null });
      });
      setMark(marked);
      setProblem(null);
    } catch (failure) {
      setProblem(asErrorView(failure));
    } finally {
      setBusy(false);
    }
  };

  const again = () => {
    setMark(null);
    setAnswers({});
  };
  return (
    <Page
      title={module.title}
      back={{ href: link("courses", course.id), label: t.back_course }}
      testid="screen-module"
      foot={
        mark === null ? (
          <Button kind="primary" wide busy={busy} icon="check" onPress={() => void finish()} testid="finish-module">
            {questions.length > 0 ? t.check : t.markRead}
          </Button>
        ) : (
          <After mark={mark} course={course} taking={newest} module={module} onAgain={again} />
        )
      }
    >
      {module.parts.map((part) => (
        <PartView key={part.id} part={part} answers={answers} shown={mark !== null} onChoose={choose} />
      ))}
      {short && <Notice tone="needs" live title={t.answerAll} />}
      {problem && <ErrorNotice error={problem} />}
      {mark && <Result mark={mark} complete={isComplete(newest)} />}
    </Page>
  );
}

function Result({ mark, complete }: { mark: Mark; complete: boolean }) {
  const t = useTexts(coursesTexts);
  const title =
    mark.asked === 0 ? t.readDone : mark.passed ? t.passed(mark.right, mark.asked) : t.failed(mark.right, mark.asked);
  return (
    <Notice tone={mark.passed ? "done" : "needs"} live title={title} testid="module-result">
      {complete && <p>{t.courseDone}</p>}
      <p>{t.kept}</p>
    </Notice>
  );
}

interface AfterProps {
  readonly mark: Mark;
  readonly course: CourseView;
  readonly taking: TakingKept;
  readonly module: Module;
  readonly onAgain: () => void;
}

function After({ mark, course, taking, module, onAgain }: AfterProps) {
  const t = useTexts(coursesTexts);
  if (!mark.passed) {
    return (
      <Button kind="primary" wide icon="undo" onPress={onAgain} testid="module-again">
        {t.tryAgain}
      </Button>
    );
  }
  const { modules } = taking.version;
  const next = modules.slice(modules.indexOf(module.id) + 1).find((one) => !taking.passed.includes(one));
  return next === undefined ? (
    <ButtonLink kind="primary" wide icon="back" href={link("courses", course.id)} testid="to-course">
      {t.back_course}
    </ButtonLink>
  ) : (
    <ButtonLink kind="primary" wide icon="forward" href={link("courses", course.id, next)} testid="next-module">
      {t.next}
    </ButtonLink>
  );
}

interface PartProps {
  readonly part: Part;
  readonly answers: Answers;
  readonly shown: boolean;
  readonly onChoose: (question: string, chosen: readonly number[]) => void;
}

function PartView({ part, answers, shown, onChoose }: PartProps) {
  if (part.kind === "text") return <Words text={part.text} />;
  if (part.kind === "question") {
    const chosen = answers[part.id] ?? [];
    return <QuestionField question={part} chosen={chosen} shown={shown} onChoose={(some) => onChoose(part.id, some)} />;
  }
  return <Media part={part} />;
}

/** Paragraphs; lines that begin with `- ` are a list, with `## ` a heading. */
function Words({ text }: { text: string }) {
  const blocks = text.split(/\n\s*\n/);
  return (
    <>
      {blocks.map((block, place) => {
        const lines = block.split("\n").filter((line) => line.trim() !== "");
        const key = `${place}-${block.slice(0, 12)}`;
        if (lines.length === 1 && block.startsWith("## ")) return <h2 key={key}>{block.slice(3)}</h2>;
        if (lines.length > 0 && lines.every((line) => line.startsWith("- "))) {
          return (
            <ul key={key} class="course-list">
              {lines.map((line) => (
                <li key={line}>{line.slice(2)}</li>
              ))}
            </ul>
          );
        }
        return (
          <p key={key} class="course-words">
            {block}
          </p>
        );
      })}
    </>
  );
}

function Media({ part }: { part: MediaPart }) {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let wanted = true;
    void findMedia(part).then((blob) => {
      if (blob === null || !wanted) return;
      made = URL.createObjectURL(blob);
      setAddress(made);
    });
    return () => {
      wanted = false;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [part.sha256]);
  return (
    <figure class="course-media">
      {address !== null && part.kind === "picture" && <img src={address} alt={part.alt} />}
      {address !== null && part.kind === "video" && (
        // biome-ignore lint/a11y/useMediaCaption: staff describe each video in a sentence, shown beneath it
        <video src={address} controls playsInline aria-label={part.alt} />
      )}
      <figcaption class="muted small">{part.alt}</figcaption>
    </figure>
  );
}
