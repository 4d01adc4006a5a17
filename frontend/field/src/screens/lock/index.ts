export { ChangePinScreen, ChoosePinScreen } from "./choose";
export { LockScreen } from "./lock";
export { WipedScreen } from "./wiped";
