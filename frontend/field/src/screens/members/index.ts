export { MemberScreen } from "./member";
export { MembersScreen } from "./list";
