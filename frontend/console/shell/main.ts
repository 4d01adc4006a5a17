import "htmx.org";
import "./shell.css";
import { watchFailures } from "./failures";
import { submitFilters } from "./filters";
import { listenForKeys } from "./keys";
import { openMenus } from "./menus";
import { switchTheme } from "./theme";
import { ageToasts } from "./toasts";

switchTheme();
openMenus();
listenForKeys();
submitFilters();
ageToasts();
watchFailures();
