import "./groups.css";

export { GroupsScreen } from "./groups";
