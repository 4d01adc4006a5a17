/** The side menu (a drawer on phones, narrow or wide on a desk) and menus made of `<details data-menu>`. */
const PHONE = "(max-width: 61.99rem)";

function toggleSide(): void {
  const root = document.documentElement;
  if (matchMedia(PHONE).matches) {
    setDrawer(root.dataset.drawer !== "open");
  } else {
    const narrow = root.dataset.side !== "narrow";
    root.dataset.side = narrow ? "narrow" : "wide";
    localStorage.setItem("perisai-side", root.dataset.side);
  }
}

function setDrawer(open: boolean): void {
  document.documentElement.dataset.drawer = open ? "open" : "closed";
  document.querySelector("[data-side]")?.setAttribute("aria-expanded", String(open));
  if (open) {
    document.querySelector<HTMLElement>("#side a")?.focus();
  }
}

export function openMenus(): void {
  document.querySelector("[data-side]")?.addEventListener("click", toggleSide);
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
      if (!menu.contains(target)) {
        menu.open = false;
      }
    }
    if (document.documentElement.dataset.drawer === "open" && !target.closest("#side, [data-side]")) {
      setDrawer(false);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      setDrawer(false);
      for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
        menu.open = false;
        menu.querySelector("summary")?.focus();
      }
    }
  });
}
