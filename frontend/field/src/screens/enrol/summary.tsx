import type { ComponentChildren } from "preact";
import { engine } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { enrolTexts } from "../../i18n/enrol";
import { consentTexts } from "../../i18n/enrol-consent";
import { identityTexts } from "../../i18n/enrol-identity";
import { photoTexts } from "../../i18n/enrol-photo";
import { workTexts } from "../../i18n/enrol-work";
import { formatDate, formatMoney, inGroups } from "../../i18n/format";
import { monthOf } from "../../rules/dates";
import { useLoaded } from "../../ui/observe";
import { Facts } from "../../ui/page";
import { useLanguage, useSay, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { birthOf } from "./birth";
import { consentsOn } from "./body";
import { useFilling } from "./context";
import { normalisePhone, tidy } from "./form";
import { idCardBy } from "./id-card";
import { findJob } from "./jobs";
import { Doubts } from "./number-fields";
import { Price } from "./programmes";
import { programmesOf, quoteOf } from "./quote";
import type { Step } from "./steps";

/** Everything once more, each part with a way to change it; the sum first. */
export function SummaryStep() {
  const { form, rules, today } = useFilling();
  const quote = quoteOf(form, rules, monthOf(today));
  return (
    <>
      {quote && <Price quote={quote} unfolded={false} />}
      <Doubts />
      <IdentityPart />
      <WorkPart />
      <ProgrammesPart />
      <ConsentPart />
    </>
  );
}

interface PartProps {
  readonly step: Step;
  readonly title: string;
  readonly rows: readonly (readonly [string, ComponentChildren])[];
}

function Part({ step, title, rows }: PartProps) {
  const t = useTexts(enrolTexts);
  const common = useTexts(commonTexts);
  const { draft } = useFilling();
  return (
    <section class="section" data-testid={`summary-${step}`}>
      <div class="section__head">
        <h2>{title}</h2>
        <a
          href={link("enrol", draft.id, step)}
          aria-label={t.edit(title)}
          data-testid={`edit-${step}`}
          class="edit-link"
        >
          {common.change}
        </a>
      </div>
      <Facts rows={rows} />
    </section>
  );
}

function IdentityPart() {
  const t = useTexts(identityTexts);
  const enrol = useTexts(enrolTexts);
  const photos = useTexts(photoTexts);
  const language = useLanguage();
  const { form, photo, today } = useFilling();
  const village = useLoaded(
    () => (form.region ? engine.reference.findVillage(form.region) : Promise.resolve(null)),
    [form.region],
  );
  const found = village.state === "done" ? village.value : null;
  const due = idCardBy(form, photo !== null, today);
  const picture =
    photo && form.consents.photo
      ? photos.photoYes
      : due
        ? photos.photoLater(formatDate(due, language))
        : photos.photoNo;
  return (
    <Part
      step="identity"
      title={enrol.identity}
      rows={[
        [t.name, form.name],
        [t.nik, inGroups(form.nik)],
        [t.kk, form.kk === "" ? enrol.noneGiven : inGroups(form.kk)],
        [t.birthDate, <Birth />],
        [t.sex, form.sex === "F" ? t.female : t.male],
        [t.phone, <Phone />],
        ...(form.email === "" ? [] : [[t.email, form.email] as const]),
        [t.address, form.address],
        [t.village, found ? found.label : (form.region ?? enrol.noneGiven)],
        [photos.photo, picture],
      ]}
    />
  );
}

function Birth() {
  const t = useTexts(identityTexts);
  const language = useLanguage();
  const { form, today } = useFilling();
  const date = formatDate(birthOf(form, today) ?? "", language);
  const how = { day: "", month: t.birthByMonth, year: t.birthByYear, estimate: t.birthByAge }[form.birthKnown];
  const place = tidy(form.birthPlace);
  return <>{[place, how ? `${date} (${how.toLowerCase()})` : date].filter(Boolean).join(", ")}</>;
}

function Phone() {
  const t = useTexts(identityTexts);
  const enrol = useTexts(enrolTexts);
  const { form } = useFilling();
  if (form.phoneOwner === "none") return <>{t.noPhone}</>;
  const phone = normalisePhone(form.phone) ?? enrol.noneGiven;
  return <>{form.phoneOwner === "own" ? phone : enrol.phoneOfOther(phone, tidy(form.phoneWhose))}</>;
}

function WorkPart() {
  const t = useTexts(workTexts);
  const enrol = useTexts(enrolTexts);
  const say = useSay();
  const { form, rules } = useFilling();
  const names = form.jobs.map((code) => {
    const job = findJob(rules, code);
    return job ? say(job.name) : code;
  });
  return (
    <Part
      step="work"
      title={enrol.work}
      rows={[
        [t.jobs, names.join(", ")],
        [t.income, formatMoney(Number(form.income))],
        [t.employs, form.employs ? t.employsYes : t.employsNo],
      ]}
    />
  );
}

function ProgrammesPart() {
  const t = useTexts(workTexts);
  const enrol = useTexts(enrolTexts);
  const { form, rules } = useFilling();
  return (
    <Part
      step="programmes"
      title={enrol.programmes}
      rows={[
        [t.programmesTitle, programmesOf(form, rules).join(" + ")],
        [t.months, t.monthsCount(Number(form.months))],
      ]}
    />
  );
}

function ConsentPart() {
  const t = useTexts(consentTexts);
  const enrol = useTexts(enrolTexts);
  const say = useSay();
  const { form, rules, today } = useFilling();
  const heirs = form.heirs.map((heir) => (heir.relation ? `${heir.name} (${t[heir.relation]})` : heir.name)).join(", ");
  const consents = consentsOn(rules, today).map(
    (consent) =>
      [say(consent.title), form.consents[consent.purpose as "enrolment"] ? enrol.given : enrol.refused] as const,
  );
  const signed = {
    typed: form.signatureName,
    drawn: t.signed,
    thumb: `${t.thumbDone}. ${t.witness}: ${tidy(form.witnessName)}`,
    spoken: t.spoken,
  }[form.signing];
  return (
    <Part
      step="consent"
      title={enrol.consent}
      rows={[[t.heirs, heirs || enrol.noneGiven], ...consents, [t.signature, signed]]}
    />
  );
}
