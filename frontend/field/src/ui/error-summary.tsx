import { useEffect, useRef } from "preact/hooks";

export interface Problem {
  /** Id of the control to go to. */
  readonly field: string;
  readonly text: string;
}

interface Props {
  readonly title: string;
  readonly problems: readonly Problem[];
  /** Changes with each attempt, so that a second attempt moves the focus again. */
  readonly attempt: number;
}

/** What keeps this step from going on, on top, each line leading to its field; the first such field gets the focus. */
export function ErrorSummary({ title, problems, attempt }: Props) {
  const box = useRef<HTMLDivElement>(null);
  // The focus moves once per attempt, not while fields are being mended.
  useEffect(() => {
    if (attempt === 0 || problems.length === 0) return;
    box.current?.scrollIntoView({ block: "start" });
    focusField(problems[0]?.field ?? "");
  }, [attempt]);
  if (problems.length === 0) return null;
  return (
    <div class="summary" role="alert" ref={box} data-testid="error-summary">
      <h2 class="summary__title">{title}</h2>
      <ul>
        {problems.map((problem) => (
          <li key={problem.field}>
            <button type="button" class="linkish" onClick={() => focusField(problem.field)}>
              {problem.text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function focusField(id: string): void {
  document.getElementById(id)?.focus();
}
