import { useState } from "preact/hooks";
import { type ErrorView, engine } from "../../engine";
import { practiceTexts } from "../../i18n/practice";
import { Button } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { useTexts } from "../../ui/preferences";
import { isPractice } from "../../world";
import { useFilling } from "./context";
import { makeExample } from "./example";

const JOB = "trade.market";

/** In practice only: a made-up worker in one tap, so that nobody types a real one. */
export function ExampleButton() {
  const t = useTexts(practiceTexts);
  const { change, today, rules } = useFilling();
  const [problem, setProblem] = useState<ErrorView | null>(null);
  if (!isPractice()) return null;
  const fill = () => {
    const jobs = rules.occupations.flatMap((group) => group.jobs);
    const job = (jobs.find(({ code }) => code === JOB) ?? jobs[0])?.code ?? null;
    makeExample(today, job, (text, limit) => engine.reference.searchVillages(text, limit)).then(
      (example) => example && change(example),
      (error: unknown) => setProblem(asErrorView(error)),
    );
  };
  return (
    <Notice tone="note" testid="practice">
      <p>{t.onlyExamples}</p>
      {problem && <ErrorNotice error={problem} />}
      <Button kind="quiet" onPress={fill} testid="fill-example">
        {t.fill}
      </Button>
    </Notice>
  );
}
