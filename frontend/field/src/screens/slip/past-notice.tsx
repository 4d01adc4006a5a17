import { engine, type MemberView } from "../../engine";
import { slipTexts } from "../../i18n/slip";
import { Notice } from "../../ui/notice";
import { useNow } from "../../ui/observe";
import { useTexts } from "../../ui/preferences";
import { isPast } from "./slip";

/** Before anybody pays with, or hands money over for, a code that no bank takes. */
export function PastNotice({ member }: { member: MemberView }) {
  const t = useTexts(slipTexts);
  useNow();
  if (!isPast(member, engine.serverNow())) return null;
  return (
    <Notice tone="stop" title={t.past} testid="slip-past">
      <p>{t.pastBody}</p>
    </Notice>
  );
}
