export { SeriesScreen } from "./series-screen";
export { SlipScreen } from "./slip-screen";
