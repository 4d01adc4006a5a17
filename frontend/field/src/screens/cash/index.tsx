import "./cash.css";
import { CheckScreen } from "./check";
import { DepositScreen } from "./deposit";
import { NewReceiptScreen } from "./new";
import { CashOverview } from "./overview";
import { ReceiptScreen } from "./receipt";

/** `#/cash`, `#/cash/new`, `#/cash/receipt/<number>`, `#/cash/deposit`, `#/cash/check`. */
export function CashScreen({ path, query }: { path: readonly string[]; query: URLSearchParams }) {
  const [first, second] = path;
  if (first === "new") return <NewReceiptScreen memberKey={query.get("member")} payerId={query.get("payer")} />;
  if (first === "receipt") return <ReceiptScreen number={second ?? ""} />;
  if (first === "deposit") return <DepositScreen />;
  if (first === "check") return <CheckScreen />;
  return <CashOverview />;
}
