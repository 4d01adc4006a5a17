import { useEffect, useState } from "preact/hooks";
import { engine, type VillageView } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { identityTexts } from "../../i18n/enrol-identity";
import { Button } from "../../ui/button";
import { describedBy, FieldError, FieldMark, fieldClass } from "../../ui/field";
import { focusLater, keepEnter } from "../../ui/focus";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/notice";
import { useLoaded } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import { useFilling, useMark, useProblem } from "./context";

const SHOWN_MOST = 20;
const LETTERS_LEAST = 2;

/** Kelurahan or desa of the own province, searched on the phone, told apart by kecamatan and kabupaten. */
export function VillagePicker() {
  const t = useTexts(identityTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  const error = problemOf("village");
  const { mark } = useMark()("region");
  const pick = (region: string) => {
    change({ region });
    focusLater("village-change");
  };
  const drop = () => {
    change({ region: null });
    focusLater("village");
  };
  return (
    <div class={fieldClass(error, mark)}>
      <label class="field__label" for={form.region === null ? "village" : "village-change"}>
        {t.village}
      </label>
      <FieldMark id="village" mark={mark} />
      {form.region === null ? (
        <>
          <p class="field__hint" id="village-hint">
            {t.villageHint}
          </p>
          <FieldError id="village" error={error} />
          <Search error={error} onPick={pick} />
        </>
      ) : (
        <Picked code={form.region} onChange={drop} />
      )}
    </div>
  );
}

function Picked({ code, onChange }: { code: string; onChange: () => void }) {
  const t = useTexts(identityTexts);
  const common = useTexts(commonTexts);
  const { asBefore } = useFilling();
  const { onLeave } = useMark()("region");
  const village = useLoaded(() => engine.reference.findVillage(code), [code]);
  const found = village.state === "done" ? village.value : null;
  return (
    <div class="picked__item" data-testid="village-picked" data-code={code}>
      <span>
        <strong>{found?.name ?? code}</strong>
        <span class="muted small">{found && `${found.district}, ${found.regency}`}</span>
        {asBefore.region && <span class="muted small">{t.asBefore}</span>}
      </span>
      <Button kind="quiet" onPress={onChange} onLeave={onLeave} testid="village-change" id="village-change">
        {common.change}
      </Button>
    </div>
  );
}

/** Villages for what is typed, null while that is too short; `missing` when the list was never downloaded. */
function useVillages(typed: string) {
  const [found, setFound] = useState<readonly VillageView[] | null>(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    if (typed.trim().length < LETTERS_LEAST) {
      setFound(null);
      return;
    }
    let wanted = true;
    engine.reference.searchVillages(typed, SHOWN_MOST).then(
      (villages) => wanted && setFound(villages),
      () => wanted && setMissing(true),
    );
    return () => {
      wanted = false;
    };
  }, [typed]);
  return { found, missing };
}

function Search({ error, onPick }: { error: string | undefined; onPick: (code: string) => void }) {
  const t = useTexts(identityTexts);
  const [typed, setTyped] = useState("");
  const { found, missing } = useVillages(typed);
  return (
    <>
      <div class="search__box">
        <Icon name="search" />
        <input
          id="village"
          class="input"
          type="search"
          autocomplete="off"
          autocapitalize="words"
          spellcheck={false}
          enterkeyhint="search"
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy("village", t.villageHint, error)}
          value={typed}
          data-testid="village"
          onKeyDown={keepEnter}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      <p class="visually-hidden" role="status">
        {found && t.villageFound(found.length)}
      </p>
      {missing && <Notice tone="needs">{t.villageMissing}</Notice>}
      {found?.length === 0 && <p>{t.villageNone}</p>}
      {found && found.length > 0 && (
        <ul class="results">
          {found.map((village) => (
            <li key={village.code}>
              <button
                type="button"
                class="result"
                onClick={() => onPick(village.code)}
                data-testid={`village-${village.code}`}
              >
                <strong>{village.name}</strong>
                <span class="muted small">
                  {village.district}, {village.regency}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
