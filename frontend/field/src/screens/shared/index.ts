export { SharedScreen } from "./shared";
