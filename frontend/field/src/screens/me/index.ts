export { MeScreen } from "./me";
