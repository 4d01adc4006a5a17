import type { QuestionPart } from "../../engine/courses/content";
import { isRight } from "../../engine/courses/taking";
import { coursesTexts } from "../../i18n/courses";
import { Badge } from "../../ui/notice";
import { useTexts } from "../../ui/preferences";

interface Props {
  readonly question: QuestionPart;
  readonly chosen: readonly number[];
  /** Whether it has been marked, and the right answers may be seen. */
  readonly shown: boolean;
  readonly onChoose: (chosen: readonly number[]) => void;
}

export function QuestionField({ question, chosen, shown, onChoose }: Props) {
  const t = useTexts(coursesTexts);
  const many = question.right.length > 1;
  const toggle = (place: number) => {
    if (!many) return onChoose([place]);
    onChoose(chosen.includes(place) ? chosen.filter((one) => one !== place) : [...chosen, place]);
  };
  return (
    <fieldset class="field" data-testid="question">
      <legend class="field__label">{question.text}</legend>
      <p class="field__hint">{many ? t.chooseMany : t.chooseOne}</p>
      {question.options.map((option, place) => (
        <label key={option} class="choice course-option">
          <input
            type={many ? "checkbox" : "radio"}
            name={question.id}
            checked={chosen.includes(place)}
            disabled={shown}
            onChange={() => toggle(place)}
            data-testid={`option-${place}`}
          />
          <span>{option}</span>
          {shown && question.right.includes(place) && <Badge tone="done">{t.rightAnswer}</Badge>}
        </label>
      ))}
      {shown && !isRight(question, chosen) && <Badge tone="needs">{t.wrongAnswer}</Badge>}
      {shown && question.why && <p class="muted">{question.why}</p>}
    </fieldset>
  );
}
