import type { ErrorReport, Side } from "./errors.ts";

/**
 * An event of a run. Only `cli` prints: the progress list, the line log and `--verbose` are listeners of these events.
 */
export type MirrorEvent =
  /**
   * A request is sent. Each ends with a `request.finished` of the same request. One whose body `isStream` takes as long as
   * the stream, and a `transfer.stalled` shows that it waits for its host.
   */
  | { type: "request.started"; side: Side; method: string; host: string; path: string; isStream?: boolean }
  /** A request got a response, or failed (`status` undefined). Contains no header values; `path` has no query. */
  | {
      type: "request.finished";
      side: Side;
      method: string;
      host: string;
      path: string;
      status: number | undefined;
      milliseconds: number;
    }
  /** A request will be retried after `delayMilliseconds`. */
  | {
      type: "request.retried";
      side: Side;
      method: string;
      host: string;
      path: string;
      attempt: number;
      delayMilliseconds: number;
      reason: string;
    }
  /** A blob has made no progress for so many milliseconds because of this host. */
  | { type: "transfer.stalled"; side: Side; method: string; host: string; path: string; milliseconds: number }
  /** A stalled transfer makes progress again, or has ended. */
  | { type: "transfer.resumed"; side: Side; method: string; host: string; path: string }
  /** Images wait for `pulls` pulls, which are asked for again after `milliseconds`. */
  | { type: "pulls.awaited"; registry: string; pulls: number; milliseconds: number }
  /** A plan, or another reading command, has something to read (`total` rises) or has read it (`done` rises). */
  | { type: "plan.progress"; step: PlanStep; done: number; total: number }
  /** The environment or the profile names a Region that mirrorform does not know. */
  | { type: "region.unknown"; region: string }
  /** A source reported its remaining pulls. */
  | { type: "quota.reading"; registry: string; reading: PullLimitReading }
  /** A source that may have a pull limit answered a GET of a manifest, which counts as a pull. */
  | { type: "pull.spent"; registry: string }
  | { type: "action.started"; action: string }
  /** `bytes` more of a blob were sent to the target. Negative after a failed upload, which starts again. */
  | { type: "blob.progress"; action: string; digest: string; bytes: number }
  | {
      type: "action.finished";
      action: string;
      outcome: "done" | "already-done" | "failed" | "postponed" | "interrupted";
      error?: ErrorReport;
    };

/** What is read for a plan. `repositories` are those of the targets. */
export type PlanStep = "targets" | "repositories" | "tag lists" | "images" | "image sizes" | "referrer lists";

/**
 * Why the number of remaining pulls is unknown: no response reported it (no request was sent, or none succeeded), a
 * successful response named no limit, or a response reported that the pull limit is reached.
 */
export type NoReading = "not-told" | "no-limit-named" | "spent";

/** A reading of Docker Hub's `ratelimit-*` headers. */
export interface PullLimitReading {
  /** Undefined if only the remaining pulls were reported. */
  limit: number | undefined;
  remaining: number;
  /** Undefined if the header has no window. */
  windowSeconds: number | undefined;
  /** `docker-ratelimit-source`: an IP address if anonymous, an account if signed in. Events omit account names. */
  source: string | undefined;
}

export type Emit = (event: MirrorEvent) => void;
