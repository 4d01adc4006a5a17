/** Builds the console's page scripts, where the console is present. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../console");
const configFile = join(root, "vite.config.ts");

if (existsSync(configFile)) await build({ root, configFile });
else console.log("no console to build");
