import "./live.css";
import { show } from "./page";
import type { Screen } from "./state";

const root = document.getElementById("live");
const data = document.getElementById("live-screen")?.textContent;
if (root && data) {
  show(root, document.getElementById("live-state"), JSON.parse(data) as Screen);
}
