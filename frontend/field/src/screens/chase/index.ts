import "./chase.css";

export { ChaseScreen } from "./chase";
