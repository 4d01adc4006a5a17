// Sets the theme before the first paint: the choice kept in this browser, else the system's.
(() => {
  const kept = localStorage.getItem("perisai-theme");
  const dark = kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  if (localStorage.getItem("perisai-side") === "narrow") document.documentElement.dataset.side = "narrow";
})();
