import { engine, type MemberView } from "../../engine";
import { commonTexts } from "../../i18n/common";
import { formatInstant, formatMoney, inGroups } from "../../i18n/format";
import { membersTexts } from "../../i18n/members";
import { Button, ButtonLink } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useValue } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";
import { toast } from "../../ui/toast";
import { findShownPrice } from "../enrol/shown-prices";
import { whatsAppLink } from "./share";

/** What the worker takes along: the sum, the code, until when; sent by WhatsApp or any other way. */
export function PaymentCard({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const common = useTexts(commonTexts);
  const language = useLanguage();
  const timezone = useValue(engine.device).branch?.timezone ?? "Asia/Jakarta";
  const code = member.paymentCode ?? "";
  const amount = formatMoney(member.amount ?? 0);
  const until = member.payBy ? formatInstant(member.payBy, timezone, language) : "";
  const text = t.shareText(member.name, amount, code, until, member.payLink ?? "");
  const shown = findShownPrice(member.op);
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    toast(common.copied);
  };
  return (
    <section class="card payment" data-testid="payment">
      <h2 class="tile__name">{t.sumToPay}</h2>
      <strong class="payment__amount" data-testid="payment-amount">
        {amount}
      </strong>
      {shown !== null && shown !== member.amount && (
        <Notice tone="needs" testid="bill-differs">
          <p>{t.billDiffers(amount, formatMoney(shown))}</p>
        </Notice>
      )}
      <h3 class="tile__name">{t.paymentCode}</h3>
      <strong class="payment__code" data-testid="payment-code" data-code={code}>
        {inGroups(code)}
      </strong>
      {until && <p>{t.payBy(until)}</p>}
      <p class="muted small">{t.payWhere}</p>
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
    </section>
  );
}

async function share(title: string, text: string): Promise<void> {
  try {
    await navigator.share({ title, text });
  } catch {
    // Closed without sharing: nothing to tell.
  }
}
