import { useEffect, useState } from "preact/hooks";
import { type EmployerMade, type ErrorView, engine } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { employersTexts } from "../../i18n/employers";
import { formatMoney, inGroups } from "../../i18n/format";
import { Button, ButtonLink } from "../../ui/button";
import { asErrorView, ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { Facts, Page, Section } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { link, navigate } from "../../ui/route";
import { toDraftFields } from "../enrol/form";
import { STEPS } from "../enrol/steps";
import { ownerForm } from "./hand";
import { findEmployers } from "./visit";

/** What the employer leaves the visit with: the sum, one code, and who is in it. */
export function SlipOfEmployer({ op }: { op: string }) {
  const t = useTexts(employersTexts);
  const common = useTexts(commonTexts);
  const [made, setMade] = useState<EmployerMade | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorView | null>(null);
  useEffect(() => {
    void findEmployers().then((kept) => setMade(kept.made.find((one) => one.op === op) ?? null));
  }, [op]);
  if (made === null) {
    return (
      <Page title={t.slipTitle} back={{ href: "#/employers", label: t.back }} testid="screen-employer-slip">
        <p class="appear-late">{common.loading}</p>
      </Page>
    );
  }
  const total = made.workers.reduce((sum, one) => sum + one.price, 0);
  const enrolOwner = async () => {
    setBusy(true);
    try {
      const draft = await engine.drafts.start();
      if (made.owner) engine.drafts.save(draft.id, { fields: toDraftFields(ownerForm(made.owner)) });
      navigate(link("enrol", draft.id, STEPS[0]));
    } catch (failure) {
      setProblem(asErrorView(failure));
      setBusy(false);
    }
  };
  const share = () => {
    const text = t.shareText(made.name, made.code ?? "", formatMoney(total));
    void navigator.share?.({ text }).catch(() => undefined);
  };
  return (
    <Page
      title={made.name}
      back={{ href: "#/employers", label: t.back }}
      testid="screen-employer-slip"
      foot={
        <Button kind="primary" wide busy={busy} onPress={() => void enrolOwner()} testid="owner-enrol">
          {t.ownerNext}
        </Button>
      }
    >
      {problem && <ErrorNotice error={problem} />}
      <Notice tone="done" title={t.slipSafe}>
        <p>{t.slipWhen}</p>
      </Notice>
      <Section title={made.code ? t.slipCode : t.slipNoCode}>
        {made.code && (
          <p class="firm__code" data-testid="employer-code">
            {inGroups(made.code)}
          </p>
        )}
        <Facts
          rows={[
            [t.total, <strong data-testid="employer-total">{formatMoney(total)}</strong>],
            ...made.workers.map((one) => [one.name, formatMoney(one.price)] as const),
          ]}
        />
      </Section>
      <p class="muted small">{t.ownerHint}</p>
      <div class="row">
        {made.code && (
          <Button icon="share" onPress={share}>
            {t.share}
          </Button>
        )}
        <ButtonLink href="#/employers">{t.toList}</ButtonLink>
      </div>
    </Page>
  );
}
