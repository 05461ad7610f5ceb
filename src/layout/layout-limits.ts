/** Limits of layouts. Times are in milliseconds, sizes in bytes. */

/** Maximum size of `index.json`: about 50,000 tags of one repository. */
export const MAX_INDEX_BYTES = 16 * 1024 * 1024;
/** Maximum size of `oci-layout`. */
export const MAX_MARKER_BYTES = 4 * 1024;
/** Maximum size of the lock file of `index.json`, which has 16 characters. */
export const MAX_LOCK_BYTES = 1024;
/** Maximum number of small files to read concurrently. Systems often limit a process to about 1,000 open files. */
export const MAX_CONCURRENT_READS = 32;
/** Maximum depth of nested indexes, as for copying images. */
export const MAX_INDEX_DEPTH = 4;

/** Interval between two checks of another process's lock. */
export const LOCK_POLL_INTERVAL = 50;
/** Interval at which the holder of a lock updates it. */
export const LOCK_HEARTBEAT = 1_000;
/** A lock without an update for this long belongs to a killed process. */
export const LOCK_STALE = 6_000;
/** Wait after taking over a lock. If several processes try, the last one to write gets it. */
export const LOCK_SETTLE = 250;
/** Timeout for acquiring a lock. A process holds it only to write one small file. */
export const LOCK_TIMEOUT = 120_000;
/** Age at which the unfinished files of killed processes are deleted. */
export const ABANDONED_AFTER = 24 * 60 * 60_000;
