import "./employers.css";
import { EmployerList } from "./list";
import { SlipOfEmployer } from "./slip";
import { VisitScreen } from "./visit-screen";

/** `#/employers`, `#/employers/new`, `#/employers/slip/<op>`. */
export function EmployersScreen({ path }: { path: readonly string[] }) {
  const [first, second] = path;
  if (first === "new") return <VisitScreen />;
  if (first === "slip") return <SlipOfEmployer op={second ?? ""} />;
  return <EmployerList />;
}
