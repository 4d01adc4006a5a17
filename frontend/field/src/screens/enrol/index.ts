export { EnrolScreen } from "./enrol";
export { SavedScreen } from "./saved";
