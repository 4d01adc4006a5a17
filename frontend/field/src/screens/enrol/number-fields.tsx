import { useState } from "preact/hooks";
import { engine } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { identityTexts } from "../../i18n/enrol-identity";
import { findingOf, type NikReport } from "../../rules/nik";
import { readOut } from "../../rules/read-out";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/notice";
import { useLoaded } from "../../ui/observe";
import { useLanguage, useSay, useTexts } from "../../ui/preferences";
import { useFilling, useMark, useProblem } from "./context";
import { digitsOf } from "./form";
import { doubtsOf, nikReport, prefilled } from "./numbers";

const DIGITS = 16;
/** Sixteen digits and the blanks that somebody may type between them. */
const TYPED_MOST = 24;

export function NikField() {
  const t = useTexts(identityTexts);
  const say = useSay();
  const filling = useFilling();
  const problemOf = useProblem();
  const { mark, onLeave } = useMark()("nik");
  const [left, setLeft] = useState(false);
  const { form, change, rules } = filling;
  const report = nikReport(form, filling);
  const count = digitsOf(form.nik).length;
  const whole = report.digits.length >= DIGITS;
  const refusal = form.nik !== "" && (whole || left) ? report.refusals[0] : undefined;
  const refused = refusal && findingOf(rules.nik, refusal);
  return (
    <TextField
      id="nik"
      label={t.nik}
      hint={t.nikHint}
      keyboard="numeric"
      code
      maxLength={TYPED_MOST}
      value={form.nik}
      onValue={(typed) => change(prefilled(form, typed, filling))}
      onLeave={() => {
        setLeft(true);
        onLeave();
      }}
      mark={mark}
      error={refused ? say(refused.text) : problemOf("nik")}
      below={
        <div class="field__below" aria-live="polite">
          {report.read ? <Meaning report={report} /> : count > 0 && <span class="muted">{t.nikDigits(count)}</span>}
        </div>
      }
    />
  );
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();
/** Where the numbers of kelurahan and of desa begin within a kecamatan. */
const FIRST_VILLAGES = ["1001", "2001"];

/** Names of a kecamatan and its kabupaten by their codes; empty outside the own province or before the first download. */
async function districtNames(district: string): Promise<ReadonlyMap<string, string>> {
  const villages = await Promise.all(
    FIRST_VILLAGES.map((number) => engine.reference.findVillage(`${district}.${number}`).catch(() => null)),
  );
  const found = villages.find((village) => village !== null);
  if (!found) return NO_NAMES;
  return new Map([
    [district, found.district],
    [district.slice(0, district.lastIndexOf(".")), found.regency],
  ]);
}

/** What the digits say, to be read out to the worker. */
function Meaning({ report }: { report: NikReport }) {
  const t = useTexts(identityTexts);
  const language = useLanguage();
  const { rules } = useFilling();
  const district = report.read?.district ?? "";
  const names = useLoaded(() => districtNames(district), [district]);
  const known = names.state === "done" ? names.value : NO_NAMES;
  const words = readOut(rules.nik, report, (code) => known.get(code) ?? null, language);
  return (
    <p class="with-icon" data-testid="nik-meaning">
      <Icon name="check" size={20} />
      <span>
        <span class="muted">{t.nikMeans}:</span> {words}
      </span>
    </p>
  );
}

export function KkField() {
  const t = useTexts(identityTexts);
  const common = useTexts(commonTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  const count = digitsOf(form.kk).length;
  return (
    <TextField
      id="kk"
      label={t.kk}
      hint={t.kkHint}
      optional={common.optional}
      keyboard="numeric"
      code
      maxLength={TYPED_MOST}
      value={form.kk}
      onValue={(kk) => change({ kk })}
      error={problemOf("kk")}
      below={count > 0 && count < DIGITS && <p class="field__below muted">{t.nikDigits(count)}</p>}
    />
  );
}

export function Doubts() {
  const t = useTexts(identityTexts);
  const say = useSay();
  const filling = useFilling();
  const found = doubtsOf(filling.form, filling).flatMap((code) => {
    const finding = findingOf(filling.rules.nik, code);
    return finding ? [{ code, text: say(finding.text) }] : [];
  });
  return (
    <div class="live" aria-live="polite">
      {found.length > 0 && (
        <Notice tone="needs" title={t.warnings} testid="doubts">
          <ul>
            {found.map((doubt) => (
              <li key={doubt.code} data-testid={`doubt-${doubt.code}`}>
                {doubt.text}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}
