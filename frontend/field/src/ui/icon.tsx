/** Icons drawn here as single strokes on a 24 px grid; decoration only, always beside a word, so hidden from screen readers. */
const PATHS = {
  shield: "M12 3l7.5 2.6v5.6c0 4.6-3 8.1-7.5 9.8-4.5-1.7-7.5-5.2-7.5-9.8V5.6z",
  home: "M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-5h4v5",
  people:
    "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 4.600a3.500 3.500 0 010 6M18 14.500c2 .8 3.200 2.600 3.500 5.500",
  outbox: "M12 15V4m0 0L8 8m4-4l4 4M4 14v5h16v-5",
  gear: "M4 7h9m4 0h3M4 17h3m4 0h9M15 4.500a2.500 2.500 0 110 5 2.500 2.500 0 010-5zM9 14.500a2.500 2.500 0 110 5 2.500 2.500 0 010-5z",
  check: "M4.500 12.500l5 5 10-11",
  cross: "M6 6l12 12M18 6L6 18",
  warning: "M12 4l9 16H3zM12 10v4.500M12 17.200v.3",
  info: "M12 3.500a8.500 8.500 0 110 17 8.500 8.500 0 010-17zM12 11v5.500M12 7.600v.3",
  clock: "M12 3.500a8.500 8.500 0 110 17 8.500 8.500 0 010-17zM12 7.500V12l3.200 2",
  back: "M19 12H5m0 0l6-6m-6 6l6 6",
  forward: "M5 12h14m0 0l-6-6m6 6l-6 6",
  search: "M10.500 4a6.500 6.500 0 110 13 6.500 6.500 0 010-13zM15.500 15.500L21 21",
  camera: "M4 8h3.500l1.500-2.500h6L16.500 8H20v11H4zM12 10a3.300 3.300 0 110 6.600 3.300 3.300 0 010-6.600z",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2.500-2.500L20 17M15.500 9v.3",
  offline:
    "M3 4l18 17M5 12c1-1 2.200-1.800 3.500-2.300M2 8.500A14 14 0 016.500 6M12 8.500c2.700 0 5.200 1.200 7 3.500M11 5c4.300-.2 8.200 1.300 11 3.500M9 15.500a4.500 4.500 0 015.500-.5M12 19v.3",
  sync: "M4.500 10A8 8 0 0119 7.500M19.500 14A8 8 0 015 16.500M19 3.500v4h-4M5 20.500v-4h4",
  plus: "M12 5v14M5 12h14",
  share: "M12 14V4m0 0L8.500 7.500M12 4l3.500 3.500M7 11H5v9h14v-9h-2",
  copy: "M9 9h10v11H9zM5 15V4h10",
  undo: "M8 5L4 9l4 4M4.500 9H14a5.500 5.500 0 010 11h-4",
  pen: "M4 20l1-4.500L16 4.500l3.500 3.500L8.500 19z",
  phone: "M7 3h10v18H7zM11 18h2",
  wallet: "M4 7h15v12H4zM4 7l10-3v3M15 13h1.500",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5",
  eye: "M2.500 12C5 7.500 8.500 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-6 6.500-9.500 6.500S5 16.500 2.500 12zM12 9.200a2.800 2.800 0 110 5.600 2.800 2.800 0 010-5.600z",
  sound: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4.300 4.300 0 010 6M18 6.500a8 8 0 010 11",
  stop: "M7 7h10v10H7z",
  printer: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  thumb:
    "M8 20c-1.500-2-2-4.500-2-8a6 6 0 0112 0c0 1.500 0 3-.3 4.500M9.500 12a2.500 2.500 0 015 0c0 3.500-.4 6-1.500 8.500M12 12c0 3-.3 5.500-1.500 8",
  list: "M9 6h11M9 12h11M9 18h11M4.500 6v.1M4.500 12v.1M4.500 18v.1",
  save: "M12 4v11m0 0l-4-4m4 4l4-4M4 19h16",
  chat: "M4 5h16v11H10l-4.500 4v-4H4z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
