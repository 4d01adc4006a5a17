import { useState } from "preact/hooks";
import { workTexts } from "../../i18n/enrol-work";
import type { Occupation } from "../../rules/document";
import { Button } from "../../ui/button";
import { FieldError } from "../../ui/field";
import { focusLater, keepEnter } from "../../ui/focus";
import { Icon } from "../../ui/icon";
import { useSay, useTexts } from "../../ui/preferences";
import { useFilling, useProblem } from "./context";
import { findJob, searchJobs } from "./jobs";

const JOBS_MOST = 2;

/** Up to two jobs, found by words or by group; the first one is the main one. */
export function JobPicker() {
  const t = useTexts(workTexts);
  const { form, change } = useFilling();
  const [adding, setAdding] = useState(false);
  const open = form.jobs.length === 0 || adding;
  const problemOf = useProblem();
  const search = () => {
    setAdding(true);
    focusLater("job-search");
  };
  const add = (code: string) => {
    if (!form.jobs.includes(code)) change({ jobs: [...form.jobs, code].slice(0, JOBS_MOST) });
    setAdding(false);
    focusLater(`job-remove-${code}`);
  };
  return (
    <fieldset class={problemOf("job-search") ? "field field--error" : "field"} data-testid="jobs">
      <legend class="field__label">{t.jobs}</legend>
      <p class="field__hint" id="job-search-hint">
        {t.jobsHint}
      </p>
      <FieldError id="job-search" error={problemOf("job-search")} />
      <ol class="picked">
        {form.jobs.map((code, index) => (
          <PickedJob key={code} code={code} main={index === 0} />
        ))}
      </ol>
      {open ? (
        <Search onPick={add} />
      ) : (
        form.jobs.length < JOBS_MOST && (
          <Button icon="plus" onPress={search} testid="add-job">
            {t.addSecondJob}
          </Button>
        )
      )}
    </fieldset>
  );
}

function PickedJob({ code, main }: { code: string; main: boolean }) {
  const t = useTexts(workTexts);
  const say = useSay();
  const { form, change, rules, asBefore } = useFilling();
  const job = findJob(rules, code);
  const name = job ? say(job.name) : code;
  const remove = () => {
    const jobs = form.jobs.filter((other) => other !== code);
    change({ jobs });
    focusLater(jobs[0] ? `job-remove-${jobs[0]}` : "job-search");
  };
  return (
    <li class="picked__item" data-testid="job-picked" data-code={code}>
      <span>
        <span class="muted small">{main ? t.mainJob : t.secondJob}</span>
        <strong>{name}</strong>
        {asBefore.jobs && <span class="muted small">{t.asBefore}</span>}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={t.remove(name)}
        id={`job-remove-${code}`}
        data-testid={`job-remove-${code}`}
        onClick={remove}
      >
        <Icon name="cross" />
      </button>
    </li>
  );
}

function Search({ onPick }: { onPick: (code: string) => void }) {
  const t = useTexts(workTexts);
  const say = useSay();
  const { rules } = useFilling();
  const problemOf = useProblem();
  const [typed, setTyped] = useState("");
  const found = typed.trim() === "" ? null : searchJobs(rules, typed);
  return (
    <>
      <label class="field__sublabel" for="job-search">
        {t.searchJob}
      </label>
      <div class="search__box">
        <Icon name="search" />
        <input
          id="job-search"
          class="input"
          type="search"
          autocomplete="off"
          enterkeyhint="search"
          aria-describedby="job-search-hint"
          aria-invalid={problemOf("job-search") ? true : undefined}
          value={typed}
          data-testid="job-search"
          onKeyDown={keepEnter}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      {found?.length === 0 && <p role="status">{t.jobNone}</p>}
      {found && found.length > 0 && <JobButtons jobs={found} onPick={onPick} />}
      {(!found || found.length === 0) &&
        rules.occupations.map((group) => (
          <details class="group" key={group.code}>
            <summary>{say(group.name)}</summary>
            <JobButtons jobs={group.jobs} onPick={onPick} />
          </details>
        ))}
    </>
  );
}

function JobButtons({ jobs, onPick }: { jobs: readonly Occupation[]; onPick: (code: string) => void }) {
  const say = useSay();
  return (
    <ul class="results">
      {jobs.map((job) => (
        <li key={job.code}>
          <button type="button" class="result" onClick={() => onPick(job.code)} data-testid={`job-${job.code}`}>
            {say(job.name)}
          </button>
        </li>
      ))}
    </ul>
  );
}
