/** Every number of layouts, in one place. Milliseconds and bytes unless the name says otherwise. */

/** As much of an `index.json` is read: some fifty thousand tags of one repository. */
export const MAX_INDEX_BYTES = 16 * 1024 * 1024;
/** As much of an `oci-layout` is read. */
export const MAX_MARKER_BYTES = 4 * 1024;
/** Small files read at once: what a system lets one process hold open is not much more than 1,000. */
export const MAX_CONCURRENT_READS = 32;
/** Indexes in indexes are followed so deep, as when images are copied. */
export const MAX_INDEX_DEPTH = 4;

/** How long between two looks at a lock that another process holds. */
export const LOCK_POLL_INTERVAL = 50;
/** How often the holder of a lock shows that it lives. */
export const LOCK_HEARTBEAT = 1_000;
/** A lock that nobody touched for so long belongs to a process that was killed. */
export const LOCK_STALE = 6_000;
/** How long after a lock was taken from a dead process, so that of several that try one remains. */
export const LOCK_SETTLE = 250;
/** How long a lock is waited for. It is held for the writing of one small file. */
export const LOCK_TIMEOUT = 120_000;
/** What a killed process left half written is removed when it is older than this. */
export const ABANDONED_AFTER = 24 * 60 * 60_000;
