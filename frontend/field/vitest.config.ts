import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const frontend = fileURLToPath(new URL("..", import.meta.url));

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify("1.0.0") },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    root: frontend,
    include: ["field/src/**/*.test.{ts,tsx}", "console/**/*.test.{ts,tsx}"],
    environment: "node",
    setupFiles: [fileURLToPath(new URL("./scripts/vitest-setup.ts", import.meta.url))],
    restoreMocks: true,
    // CI and builds share few cores.
    testTimeout: 30_000,
  },
});
