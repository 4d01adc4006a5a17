import { useEffect, useState } from "preact/hooks";
import { engine, type VillageView } from "../../engine";
import { groupsTexts } from "../../i18n/groups";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { useTexts } from "../../ui/preferences";

const MOST = 12;

interface Props {
  readonly picked: VillageView | null;
  readonly onPick: (village: VillageView | null) => void;
  readonly error: string | undefined;
}

/** A village of the own province, searched on the phone. */
export function VillageSearch({ picked, onPick, error }: Props) {
  const t = useTexts(groupsTexts);
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState<readonly VillageView[]>([]);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    let wanted = true;
    if (typed.trim().length < 2) setFound([]);
    else
      engine.reference.searchVillages(typed, MOST).then(
        (villages) => wanted && setFound(villages),
        () => wanted && setMissing(true),
      );
    return () => {
      wanted = false;
    };
  }, [typed]);
  if (picked !== null) {
    return (
      <div class="field">
        <span class="field__label">{t.village}</span>
        <div class="picked__item" data-testid="group-village-picked">
          <span>
            <strong>{picked.name}</strong>{" "}
            <span class="muted small">
              {picked.district}, {picked.regency}
            </span>
          </span>
          <Button kind="quiet" onPress={() => onPick(null)}>
            {t.change}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <>
      <TextField
        id="group-village"
        label={t.village}
        hint={t.villageHint}
        value={typed}
        onValue={setTyped}
        error={error}
      />
      {missing && <Notice tone="needs">{t.villageMissing}</Notice>}
      {typed.trim().length >= 2 && found.length === 0 && !missing && <p class="muted small">{t.villageNone}</p>}
      {found.length > 0 && (
        <ul class="results">
          {found.map((village) => (
            <li key={village.code}>
              <button
                type="button"
                class="result"
                onClick={() => onPick(village)}
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
