/** What the service worker and the pages say to each other. */
export const BACKGROUND_TAG = "perisai-outbox";
export const INBOX_TAG = "perisai-inbox";
