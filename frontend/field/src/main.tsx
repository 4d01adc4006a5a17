import { render } from "preact";
import { App } from "./app";
import { engine } from "./engine";
import { goBackIfClosed } from "./ui/return-to";

goBackIfClosed();
const place = document.getElementById("app");
if (place !== null) render(<App />, place);
void engine.start();
