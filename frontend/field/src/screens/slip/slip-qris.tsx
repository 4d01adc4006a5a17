import { useMemo } from "preact/hooks";
import { engine, type MemberView } from "../../engine";
import { qrisPayload } from "../../engine/qris";
import { formatMoney } from "../../i18n/format";
import { slipTexts } from "../../i18n/slip";
import { useLoaded, useValue } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import { isPractice } from "../../world";
import { LargeQr } from "../me/large-qr";
import { rowsOf } from "../me/qr";
import { isPast } from "./slip";

/** The QRIS code of a bill that banks take now: made on the phone, also without signal. Nothing where it cannot be. */
export function SlipQris({ member }: { member: MemberView }) {
  const merchant = useValue(engine.about)?.qris ?? null;
  const isReady = member.state === "accepted" && !isPractice() && !isPast(member, engine.serverNow());
  const payload = useMemo(
    () =>
      isReady && merchant && member.paymentCode !== null && member.amount !== null
        ? qrisPayload(merchant, member.paymentCode, member.amount)
        : null,
    [isReady, merchant, member.paymentCode, member.amount],
  );
  return payload === null || merchant === null ? null : (
    <Shown payload={payload} name={merchant.merchant_name} amount={member.amount ?? 0} />
  );
}

function Shown({ payload, name, amount }: { payload: string; name: string; amount: number }) {
  const t = useTexts(slipTexts);
  const loaded = useLoaded(() => rowsOf(payload, "M"), [payload]);
  if (loaded.state !== "done") return null;
  return (
    <section class="card" data-testid="slip-qris" data-payload={payload} aria-label={t.qris}>
      <h2>{t.qris}</h2>
      <LargeQr rows={loaded.value} label={t.qris} name={name} code={formatMoney(amount)} />
      <p class="muted small">{t.qrisHow(name)}</p>
    </section>
  );
}
