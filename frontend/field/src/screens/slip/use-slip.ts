import { engine, type MemberView } from "../../engine";
import { practiceTexts } from "../../i18n/practice";
import { slipTexts } from "../../i18n/slip";
import { useValue } from "../../ui/observe";
import { useLanguage, useTexts } from "../../ui/preferences";
import { isPractice } from "../../world";
import { findShownPrice } from "../enrol/shown-prices";
import { makeSlip, type Slip } from "./slip";

/** Makes slips in the language of the app, for the agent whose phone this is. */
export function useSlipMaker(): (member: MemberView) => Slip {
  const texts = useTexts(slipTexts);
  const language = useLanguage();
  const { agent, branch } = useValue(engine.device);
  const mark = useTexts(practiceTexts).mark;
  return (member) => {
    const slip = makeSlip({
      member,
      shown: findShownPrice(member.op),
      agent: { name: agent?.name ?? "", code: agent?.code ?? "" },
      branch: branch?.name ?? "",
      timezone: branch?.timezone ?? "Asia/Jakarta",
      language,
      texts,
    });
    // It leaves the phone: whoever gets it must see that there is nothing to pay.
    return isPractice() ? { ...slip, heading: `${mark} ${slip.heading}`, notes: [mark, ...slip.notes] } : slip;
  };
}
