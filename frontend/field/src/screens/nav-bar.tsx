import { engine } from "../engine";
import { commonTexts } from "../i18n/common";
import { Icon, type IconName } from "../ui/icon";
import { useValue } from "../ui/observe";
import { useTexts } from "../ui/preferences";

interface Props {
  readonly current: string;
}

/** The main screens, at the bottom within reach of the thumb. A trainee has courses where others have members. */
export function NavBar({ current }: Props) {
  const t = useTexts(commonTexts);
  const { unsent } = useValue(engine.sync.state);
  const me = useValue(engine.me);
  const learns = me !== null && me.licence === null;
  const items: readonly { key: string; href: string; icon: IconName; text: string }[] = [
    { key: "home", href: "#/", icon: "home", text: t.home },
    learns
      ? { key: "courses", href: "#/courses", icon: "book", text: t.courses }
      : { key: "members", href: "#/members", icon: "people", text: t.members },
    { key: "outbox", href: "#/outbox", icon: "outbox", text: t.outbox },
    { key: "me", href: "#/me", icon: "badge", text: t.me },
    { key: "settings", href: "#/settings", icon: "gear", text: t.settings },
  ];
  return (
    <nav class="nav" aria-label={t.mainNavigation}>
      {items.map((item) => (
        <a
          key={item.key}
          class="nav__item"
          href={item.href}
          aria-current={current === item.key ? "page" : undefined}
          data-testid={`nav-${item.key}`}
        >
          <span class="nav__icon">
            <Icon name={item.icon} />
            {item.key === "outbox" && unsent > 0 && (
              <span class="nav__count" data-testid="unsent-count">
                {unsent}
              </span>
            )}
          </span>
          <span>{item.text}</span>
        </a>
      ))}
    </nav>
  );
}
