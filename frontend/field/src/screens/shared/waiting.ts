/** Members whose picture of the ID card is still awaited. */
import type { Engine, MemberState, MemberView } from "../../engine";

const STATES: readonly MemberState[] = ["unsent", "captured", "review", "accepted", "active"];
const PAGE = 500;
/** Nobody chooses from a longer list with a thumb. */
const SHOWN_MOST = 20;

/** The nearest deadline first. */
export async function awaitedPhotos(members: Pick<Engine["members"], "search">): Promise<readonly MemberView[]> {
  const found: MemberView[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await members.search({ states: STATES, offset, limit: PAGE });
    found.push(...page.members.filter((member) => member.photoBy !== null));
    if (offset + PAGE >= page.total || page.members.length === 0) break;
  }
  return found.sort((one, other) => (one.photoBy ?? "").localeCompare(other.photoBy ?? "")).slice(0, SHOWN_MOST);
}
