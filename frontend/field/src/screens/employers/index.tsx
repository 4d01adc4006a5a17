import "./employers.css";
import { EmployerList } from "./list";
import { ReportScreen } from "./report-screen";
import { SlipOfEmployer } from "./slip";
import { VisitScreen } from "./visit-screen";

/** `#/employers`, `#/employers/new`, `#/employers/slip/<op>`, `#/employers/report/<employer>/<enrolment>`. */
export function EmployersScreen({ path }: { path: readonly string[] }) {
  const [first, second, third] = path;
  if (first === "new") return <VisitScreen />;
  if (first === "slip") return <SlipOfEmployer op={second ?? ""} />;
  if (first === "report") return <ReportScreen employer={second ?? ""} enrolment={third ?? ""} />;
  return <EmployerList />;
}
