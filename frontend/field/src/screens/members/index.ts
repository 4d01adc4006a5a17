export { MembersScreen } from "./list";
export { MemberScreen } from "./member";
