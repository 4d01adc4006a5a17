/** The slip as one SMS, and the link that opens the phone's own SMS app with it. Pure. */
import type { slipTexts } from "../../i18n/slip";
import type { Slip } from "./slip";

type Texts = (typeof slipTexts)["id"];

/** Plain letters only: one letter outside GSM 03.38 halves the room of an SMS. */
export function smsText(slip: Slip, t: Texts): string {
  const [first = ""] = slip.notes;
  const lines = [
    `${t.shortHeading} ${slip.name}`,
    `${t.code}: ${slip.code ?? t.codeLater}`,
    `${t.amount}: ${slip.amount}`,
    `${t.until}: ${slip.until}`,
    first,
    t.complaint,
  ];
  return lines.filter(Boolean).join("\n");
}

/** Android begins the text with `?body=`, iOS with `&body=`. Without a number the phone asks for one. */
export function smsLink(phone: string | null, text: string, platform: "android" | "ios"): string {
  const number = phone === null || phone.includes("*") ? "" : phone.replace(/[^+\d]/g, "");
  return `sms:${number}${platform === "ios" ? "&" : "?"}body=${encodeURIComponent(text)}`;
}

/** iPadOS says it is a Mac, but one with a touch screen. */
export function platformOf(userAgent: string, touchPoints: number): "android" | "ios" {
  return /iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes("Macintosh") && touchPoints > 1) ? "ios" : "android";
}
