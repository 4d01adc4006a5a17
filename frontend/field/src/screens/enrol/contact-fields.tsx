import type { PhoneOwner } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { identityTexts } from "../../i18n/enrol-identity";
import { Choice } from "../../ui/choice";
import { TextField } from "../../ui/field";
import { useTexts } from "../../ui/preferences";
import { asksNumber, asksWhose, isAgentsNumber } from "./contact";
import { useFilling, useProblem } from "./context";

const WHOSE_MOST = 60;

/** Whose number, which number; none is an answer too. E-mail is folded away. */
export function ContactFields() {
  const t = useTexts(identityTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  return (
    <>
      <Choice<PhoneOwner>
        id="phone-owner"
        legend={t.phoneOwner}
        hint={t.phoneOwnerHint}
        value={form.phoneOwner}
        onValue={(phoneOwner) => change({ phoneOwner })}
        error={problemOf("phone-owner")}
        options={[
          { value: "own", label: t.ownPhone },
          { value: "family", label: t.familyPhone },
          { value: "other", label: t.otherPhone },
          { value: "none", label: t.noPhone, detail: form.phoneOwner === "none" ? t.noPhoneNote : undefined },
        ]}
      />
      {asksWhose(form) && (
        <TextField
          id="phone-whose"
          label={t.phoneWhose}
          hint={t.phoneWhoseHint}
          capitals="words"
          maxLength={WHOSE_MOST}
          value={form.phoneWhose}
          onValue={(phoneWhose) => change({ phoneWhose })}
          error={problemOf("phone-whose")}
        />
      )}
      {asksNumber(form) && <PhoneField />}
      <EmailField />
    </>
  );
}

/** The number; the agent's own is refused at once, not only at the end of the step. */
function PhoneField() {
  const t = useTexts(identityTexts);
  const { form, change, agent } = useFilling();
  const problemOf = useProblem();
  const agents = isAgentsNumber(form.phone, agent.phone);
  return (
    <div aria-live="polite">
      <TextField
        id="phone"
        label={t.phone}
        hint={t.phoneHint}
        keyboard="tel"
        maxLength={20}
        value={form.phone}
        onValue={(phone) => change({ phone })}
        error={agents ? t.phoneAgent : problemOf("phone")}
      />
    </div>
  );
}

function EmailField() {
  const t = useTexts(identityTexts);
  const common = useTexts(commonTexts);
  const { form, change } = useFilling();
  const problemOf = useProblem();
  const error = problemOf("email");
  return (
    <details class="fold fold--plain" open={form.email !== "" || error !== undefined} data-testid="email-fold">
      <summary>{t.emailFold}</summary>
      <TextField
        id="email"
        label={t.email}
        optional={common.optional}
        keyboard="email"
        maxLength={254}
        value={form.email}
        onValue={(email) => change({ email })}
        error={error}
      />
    </details>
  );
}
