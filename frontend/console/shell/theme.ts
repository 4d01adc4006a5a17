/** The light-dark switch. `theme.js` sets the theme before the first paint; here it is changed and kept. */
export function switchTheme(): void {
  document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
    const root = document.documentElement;
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    root.dataset.bsTheme = next;
    localStorage.setItem("perisai-theme", next);
    document.dispatchEvent(new CustomEvent("perisai:theme", { detail: next }));
  });
}
