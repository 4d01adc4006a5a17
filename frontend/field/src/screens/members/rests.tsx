import { engine, type MemberView } from "../../engine";
import { formatMonth } from "../../i18n/format";
import { membersTexts } from "../../i18n/members";
import { Notice } from "../../ui/notice";
import { useLoaded } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";

/** What of the member's programmes nobody pays while a sponsor pays the others, by the phone's copy of the dues. */
export function Rests({ member }: { member: MemberView }) {
  const t = useTexts(membersTexts);
  const language = useLanguage();
  const dues = useLoaded(() => engine.learning.findDues(), [member.key]);
  const rests = dues.state === "done" && dues.value?.told?.members.find((one) => one.id === member.enrolment)?.rests;
  if (!rests) return null;
  const last = rests.last_month === null ? null : formatMonth(rests.last_month, language);
  return (
    <Notice tone="note" title={t.rests(rests.programmes.join(" + "), rests.sponsor)} testid="rests">
      {t.restsBody(formatMonth(rests.first_month, language), last)}
    </Notice>
  );
}
