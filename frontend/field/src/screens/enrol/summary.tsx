import type { ComponentChildren } from "preact";
import { engine } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { enrolTexts } from "../../i18n/enrol";
import { formatDate, formatMoney, inGroups } from "../../i18n/format";
import { monthOf } from "../../rules/dates";
import { useLoaded } from "../../ui/observe";
import { Facts } from "../../ui/page";
import { useLanguage, useSay, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { consentsOn } from "./body";
import { useFilling } from "./context";
import { isoDate, normalisePhone } from "./form";
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
  const t = useTexts(enrolTexts);
  const language = useLanguage();
  const { form, photo } = useFilling();
  const village = useLoaded(
    () => (form.region ? engine.reference.findVillage(form.region) : Promise.resolve(null)),
    [form.region],
  );
  const phone = form.phoneOwner === "none" ? t.noPhone : (normalisePhone(form.phone) ?? t.noneGiven);
  const birth = formatDate(isoDate(form.birth) ?? "", language);
  const found = village.state === "done" ? village.value : null;
  return (
    <Part
      step="identity"
      title={t.identity}
      rows={[
        [t.name, form.name],
        [t.nik, inGroups(form.nik)],
        [t.kk, form.kk === "" ? t.noneGiven : inGroups(form.kk)],
        [t.birthDate, form.birthPlace ? `${form.birthPlace}, ${birth}` : birth],
        [t.sex, form.sex === "F" ? t.female : t.male],
        [t.phone, form.phoneOwner === "family" ? t.phoneOfFamily(phone) : phone],
        [t.address, form.address],
        [t.village, found ? found.label : (form.region ?? t.noneGiven)],
        [t.photo, photo ? t.photoYes : t.photoNo],
      ]}
    />
  );
}

function WorkPart() {
  const t = useTexts(enrolTexts);
  const say = useSay();
  const { form, rules } = useFilling();
  const names = form.jobs.map((code) => {
    const job = findJob(rules, code);
    return job ? say(job.name) : code;
  });
  return (
    <Part
      step="work"
      title={t.work}
      rows={[
        [t.jobs, names.join(", ")],
        [t.income, formatMoney(Number(form.income))],
        [t.employs, form.employs ? t.employsYes : t.employsNo],
      ]}
    />
  );
}

function ProgrammesPart() {
  const t = useTexts(enrolTexts);
  const { form, rules } = useFilling();
  return (
    <Part
      step="programmes"
      title={t.programmes}
      rows={[
        [t.programmesTitle, programmesOf(form, rules).join(" + ")],
        [t.months, t.monthsCount(Number(form.months))],
      ]}
    />
  );
}

function ConsentPart() {
  const t = useTexts(enrolTexts);
  const say = useSay();
  const { form, rules, today } = useFilling();
  const heirs = form.heirs.map((heir) => (heir.relation ? `${heir.name} (${t[heir.relation]})` : heir.name)).join(", ");
  const consents = consentsOn(rules, today).map(
    (consent) => [say(consent.title), form.consents[consent.purpose as "enrolment"] ? t.given : t.refused] as const,
  );
  const signed = form.signing === "typed" ? form.signatureName : t.signed;
  return (
    <Part
      step="consent"
      title={t.consent}
      rows={[[t.heirs, heirs || t.noneGiven], ...consents, [t.signature, signed]]}
    />
  );
}
