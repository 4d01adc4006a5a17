import { useEffect, useState } from "preact/hooks";
import { type EmployerMade, engine, type MemberView } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { employersTexts } from "../../i18n/employers";
import { formatMoney, inGroups } from "../../i18n/format";
import { Button, ButtonLink } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { Notice } from "../../ui/notice";
import { useLoaded, useValue } from "../../ui/observe";
import { Facts, Page, Section } from "../../ui/page";
import { useTexts } from "../../ui/preferences";
import { OwnerCard, useOwner } from "./owner";
import { changeEmployers, findEmployers } from "./visit";

/** What the employer leaves the visit with: one sum, its code or codes, and who is in it. */
export function SlipOfEmployer({ op }: { op: string }) {
  const t = useTexts(employersTexts);
  const common = useTexts(commonTexts);
  const [made, setMade] = useState<EmployerMade | null>(null);
  const owner = useOwner(made?.ownerOp);
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
  const keepDraft = async (ownerOp: string) => {
    await changeEmployers((kept) => ({
      ...kept,
      made: kept.made.map((one) => (one.op === op ? { ...one, ownerOp, ownerAlong: false } : one)),
    }));
  };
  return (
    <Page
      title={made.name}
      back={{ href: "#/employers", label: t.back }}
      testid="screen-employer-slip"
      foot={
        <ButtonLink kind="primary" wide href="#/employers">
          {t.toList}
        </ButtonLink>
      }
    >
      <Sent op={op} />
      <Codes made={made} owner={owner} />
      {owner === null && made.owner && <OwnerCard owner={made.owner} draftId={made.ownerOp} onDraft={keepDraft} />}
    </Page>
  );
}

/** Where the visit is: on this phone, at the branch, or refused there. What is no longer kept was sent long ago. */
function Sent({ op }: { op: string }) {
  const t = useTexts(employersTexts);
  const { lastSyncAt, unsent } = useValue(engine.sync.state);
  const found = useLoaded(() => engine.learning.findOp(op), [op, lastSyncAt, unsent]);
  const kept = found.state === "done" ? found.value : null;
  if (kept?.error) return <ErrorNotice error={kept.error} />;
  const isSent = found.state === "done" && kept?.status !== "unsent";
  return (
    <div role="status" data-testid="employer-sent" data-sent={isSent}>
      <Notice tone="done" title={isSent ? t.slipSent : t.slipSafe}>
        <p>{isSent ? t.slipSentWhen : t.slipWhen}</p>
      </Notice>
    </div>
  );
}

function Codes({ made, owner }: { made: EmployerMade; owner: MemberView | null }) {
  const t = useTexts(employersTexts);
  const workers = made.workers.reduce((sum, one) => sum + one.price, 0);
  const own = owner?.amount ?? 0;
  const isTwo = owner !== null && made.ownerAlong !== true;
  const ownCode = owner?.paymentCode ?? null;
  const [sum, forWorkers, forOwner] = [workers + own, workers, own].map(formatMoney) as [string, string, string];
  const code = made.code ?? "";
  const share = () => {
    const text = isTwo
      ? t.shareTwo(made.name, sum, code || t.codeLater, forWorkers, ownCode ?? t.codeLater, forOwner)
      : t.shareText(made.name, code, sum);
    void navigator.share?.({ text }).catch(() => undefined);
  };
  return (
    <Section title={isTwo ? t.slipTwo : made.code ? t.slipCode : t.slipNoCode} testid="employer-codes">
      {!isTwo && made.code && (
        <p class="firm__code" data-testid="employer-code">
          {inGroups(made.code)}
        </p>
      )}
      <Facts
        rows={[
          [t.total, <strong data-testid="employer-total">{sum}</strong>],
          ...(isTwo
            ? ([
                [t.ownerCode, <CodeOf code={ownCode} amount={forOwner} testid="owner-code" />],
                [t.workersCode, <CodeOf code={made.code} amount={forWorkers} testid="employer-code" />],
              ] as const)
            : []),
          ...(owner !== null && !isTwo ? [[`${owner.name} (${t.ownerTitle})`, forOwner] as const] : []),
          ...made.workers.map((one) => [one.name, formatMoney(one.price)] as const),
        ]}
      />
      {owner !== null && !isTwo && (
        <p class="muted small">
          {t.slipAlong} {ownCode !== null && t.slipOwner(inGroups(ownCode))}
        </p>
      )}
      {(made.code || ownCode) && (
        <Button icon="share" onPress={share}>
          {t.share}
        </Button>
      )}
    </Section>
  );
}

function CodeOf({ code, amount, testid }: { code: string | null; amount: string; testid: string }) {
  const t = useTexts(employersTexts);
  return (
    <span>
      <strong class="firm__code" data-testid={testid}>
        {code === null ? t.codeLater : inGroups(code)}
      </strong>
      <br />
      {amount}
    </span>
  );
}
