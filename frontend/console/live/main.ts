import "./live.css";
import "./parts.css";
import "./wall.css";
import { show } from "./page";
import type { Screen, Wall } from "./state";
import { showWall } from "./wall";

const root = document.getElementById("live");
const data = document.getElementById("live-screen")?.textContent;
const wall = document.getElementById("live-wall")?.textContent;
if (root && wall) {
  showWall(root, JSON.parse(wall) as Wall);
} else if (root && data) {
  show(root, document.getElementById("live-state"), JSON.parse(data) as Screen);
}
