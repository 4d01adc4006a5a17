"""How a receiver verifies, to copy from the console."""

from typing import Final

PYTHON: Final = """# pip install standardwebhooks
from standardwebhooks import Webhook, WebhookVerificationError

hook = Webhook(SECRET)  # whsec_...

def receive(body: bytes, headers: dict[str, str]) -> int:
    try:
        events = hook.verify(body, headers)
    except WebhookVerificationError:
        return 401
    for event in events:
        store_once(event["id"], event["type"], event["data"])
    return 204
"""
JAVASCRIPT: Final = """// npm install standardwebhooks
import { Webhook } from "standardwebhooks";

const hook = new Webhook(SECRET); // whsec_...

export function receive(body, headers) {
  let events;
  try {
    events = hook.verify(body, headers);
  } catch {
    return 401;
  }
  for (const event of events) storeOnce(event.id, event.type, event.data);
  return 204;
}
"""
