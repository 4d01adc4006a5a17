import { render } from "preact";
import { App } from "./app";
import { engine } from "./engine";

const place = document.getElementById("app");
if (place !== null) render(<App />, place);
void engine.start();
