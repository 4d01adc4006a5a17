import { engine, type MemberView } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { formatDate, formatInstant, formatMoney, inGroups } from "../../i18n/format";
import { membersTexts } from "../../i18n/members";
import { slipTexts } from "../../i18n/slip";
import { monthEnd } from "../../rules/dates";
import { Button, ButtonLink } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";
import { link } from "../../ui/route";
import { toast } from "../../ui/toast";
import { findReplacedCode, findShownPrice } from "../enrol/shown-prices";
import { PastNotice } from "../slip/past-notice";
import { amountOf, hasSlip } from "../slip/slip";
import { whatsAppLink } from "./share";

/** What the worker takes along: the sum, the code, until when; as a slip, by WhatsApp or any other way. */
export function PaymentCard({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const slip = useTexts(slipTexts);
  const language = useLanguage();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const shown = findShownPrice(member.op);
  const sum = amountOf(member, shown);
  const ready = member.state === "accepted" || member.state === "active";
  const until = member.payBy
    ? formatInstant(member.payBy, timezone, language)
    : formatDate(monthEnd(member.capturedOn), language);
  return (
    <section class="card payment" data-testid="payment" data-ready={ready}>
      <h2 class="tile__name">{t.sumToPay}</h2>
      <strong class="payment__amount" data-testid="payment-amount">
        {sum === null ? "-" : formatMoney(sum)}
      </strong>
      <PastNotice member={member} />
      <Differences member={member} shown={shown} />
      {member.paymentCode && (
        <>
          <h3 class="tile__name">{t.paymentCode}</h3>
          <strong class="payment__code" data-testid="payment-code" data-code={member.paymentCode}>
            {inGroups(member.paymentCode)}
          </strong>
        </>
      )}
      {!ready && (
        <Notice tone="needs" testid="not-payable-yet">
          <p>{member.paymentCode ? slip.notYet : slip.notYetNoCode}</p>
        </Notice>
      )}
      <p>{t.payBy(until)}</p>
      <p class="muted small">{t.payWhere}</p>
      {hasSlip(member) && (
        <ButtonLink wide icon="list" href={link("slip", member.key)} testid="to-slip">
          {slip.give}
        </ButtonLink>
      )}
      {ready && member.paymentCode && <Send member={member} until={until} />}
    </section>
  );
}

/** Where the bill or the code is not what the worker was told. */
function Differences({ member, shown }: { member: MemberView; shown: number | null }) {
  const t = useTexts(membersTexts);
  const slip = useTexts(slipTexts);
  const replaced = findReplacedCode(member.op, member.paymentCode);
  return (
    <>
      {shown !== null && member.amount !== null && shown !== member.amount && (
        <Notice tone="needs" testid="bill-differs">
          <p>{t.billDiffers(formatMoney(member.amount), formatMoney(shown))}</p>
        </Notice>
      )}
      {replaced !== null && (
        <Notice tone="needs" title={slip.otherCode} testid="code-differs">
          <p>{slip.otherCodeBody(replaced, inGroups(member.paymentCode ?? ""))}</p>
        </Notice>
      )}
    </>
  );
}

function Send({ member, until }: { member: MemberView; until: string }) {
  const t = useTexts(membersTexts);
  const common = useTexts(commonTexts);
  const code = member.paymentCode ?? "";
  const text = t.shareText(member.name, formatMoney(member.amount ?? 0), code, until, member.payLink ?? "");
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    toast(common.copied);
  };
  return (
    <>
      <ButtonLink
        kind="primary"
        wide
        icon="chat"
        external
        href={whatsAppLink(member.phone, text)}
        testid="share-whatsapp"
      >
        {t.shareWhatsApp}
      </ButtonLink>
      <div class="row">
        <Button icon="copy" onPress={() => void copy()} testid="copy-code">
          {t.copyCode}
        </Button>
        {"share" in navigator && (
          <Button icon="share" onPress={() => void share(t.shareSubject, text)} testid="share-other">
            {t.shareOther}
          </Button>
        )}
      </div>
    </>
  );
}

async function share(title: string, text: string): Promise<void> {
  const release = engine.lock.hold();
  try {
    await navigator.share({ title, text });
  } catch {
    // Closed without sharing: nothing to tell.
  } finally {
    release();
  }
}
