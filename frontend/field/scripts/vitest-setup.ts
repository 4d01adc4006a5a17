/** Every test gets IndexedDB in memory; a test that wants an empty one asks for its own database name. */
import "fake-indexeddb/auto";
