import type { MemberView } from "../../engine";

type Passed = "captured" | "sent" | "review" | "accepted" | "active" | "rejected" | "cancelled";

/** What has happened to an enrolment, as far as its state proves it, oldest first. */
export function historyOf(member: Pick<MemberView, "state">): readonly Passed[] {
  switch (member.state) {
    case "unsent":
      return ["captured"];
    case "captured":
      return ["captured", "sent"];
    case "review":
      return ["captured", "sent", "review"];
    case "accepted":
      return ["captured", "sent", "accepted"];
    case "active":
    case "lapsed":
    case "ended":
      return ["captured", "sent", "accepted", "active"];
    case "rejected":
      return ["captured", "sent", "rejected"];
    case "cancelled":
      return ["captured", "cancelled"];
  }
}
