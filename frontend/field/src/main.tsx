import { render } from "preact";
import { App } from "./app";
import { engine } from "./engine";
import { fetchScreens } from "./screens/lazy";
import { hangCurtain } from "./screens/lock/curtain";
import { goBackIfClosed } from "./ui/return-to";
import { recallWorld } from "./world";

recallWorld();
hangCurtain();
goBackIfClosed();
const place = document.getElementById("app");
if (place !== null) render(<App />, place);
void engine.start();
void fetchScreens();
