/** Address that opens WhatsApp with the text, at the member's number where one is known. */
export function whatsAppLink(phone: string | null, text: string): string {
  const number = phone?.includes("*") ? "" : (phone ?? "").replace(/\D/g, "");
  return `https://wa.me/${number}?text=${encodeURIComponent(text)}`;
}
