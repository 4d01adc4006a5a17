import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

type Kind = "primary" | "secondary" | "quiet" | "stop";

interface Look {
  readonly kind?: Kind;
  readonly icon?: IconName;
  readonly testid?: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

function classes(kind: Kind, wide: boolean): string {
  return `button button--${kind}${wide ? " button--wide" : ""}`;
}

interface ButtonProps extends Look {
  readonly onPress?: () => void;
  readonly onLeave?: () => void;
  readonly type?: "button" | "submit";
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly describedBy?: string;
  readonly id?: string;
}

/** A thing to press. While busy it keeps its size and place and says so to screen readers. */
export function Button({ kind = "secondary", wide = false, type = "button", ...props }: ButtonProps) {
  return (
    <button
      type={type}
      id={props.id}
      class={classes(kind, wide)}
      onClick={props.onPress}
      onBlur={props.onLeave}
      disabled={props.disabled === true || props.busy === true}
      aria-busy={props.busy === true}
      aria-describedby={props.describedBy}
      data-testid={props.testid}
    >
      {props.icon && <Icon name={props.icon} />}
      <span>{props.children}</span>
    </button>
  );
}

interface LinkProps extends Look {
  readonly href: string;
  readonly external?: boolean;
  readonly onPress?: () => void;
}

/** A link that looks like a button, for going somewhere. */
export function ButtonLink({ kind = "secondary", wide = false, ...props }: LinkProps) {
  const elsewhere = props.external ? { target: "_blank", rel: "noopener noreferrer" } : {};
  return (
    <a class={classes(kind, wide)} href={props.href} onClick={props.onPress} data-testid={props.testid} {...elsewhere}>
      {props.icon && <Icon name={props.icon} />}
      <span>{props.children}</span>
    </a>
  );
}
