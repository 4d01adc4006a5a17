import "htmx.org";
import "./shell.css";
import { watchFailures } from "./failures";
import { submitFilters } from "./filters";
import { listenForKeys } from "./keys";
import { openMenus } from "./menus";
import { watchSending } from "./sending";
import { switchTheme } from "./theme";
import { countTicks } from "./ticks";
import { ageToasts } from "./toasts";

switchTheme();
openMenus();
listenForKeys();
submitFilters();
countTicks();
ageToasts();
watchFailures();
watchSending();
