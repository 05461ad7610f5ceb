import type { ErrorReport, Side } from "./errors.ts";

/**
 * What the core tells of its work. It prints nothing itself: the terminal's list, the line log and
 * `--verbose` are listeners of this one stream.
 */
export type MirrorEvent =
  /** One request was answered, or failed (`status` undefined). Never a header's value; `path` has no query. */
  | {
      type: "request.finished";
      side: Side;
      method: string;
      host: string;
      path: string;
      status: number | undefined;
      milliseconds: number;
    }
  /** A request will be sent again after `delayMilliseconds`. */
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
  /** A source said how much of its pull allowance is left. */
  | { type: "quota.reading"; registry: string; reading: PullLimitReading }
  /** A counted request (a GET of a manifest) was answered by a source that may have an allowance. */
  | { type: "pull.spent"; registry: string }
  | { type: "action.started"; action: string }
  /** `bytes` more of a blob went to the target; below 0 where an upload broke off, and is begun again. */
  | { type: "blob.progress"; action: string; digest: string; bytes: number }
  | {
      type: "action.finished";
      action: string;
      outcome: "done" | "already-done" | "failed" | "postponed" | "interrupted";
      error?: ErrorReport;
    };

/**
 * Why it is not known how much of an allowance is left: no answer told (nobody was asked, or could be), a good answer named
 * no limit, or a refusal said that it is spent.
 */
export type NoReading = "not-told" | "no-limit-named" | "spent";

/** A reading of Docker Hub's `ratelimit-*` headers. */
export interface PullLimitReading {
  /** Undefined where only what is left was named. */
  limit: number | undefined;
  remaining: number;
  /** Undefined where the header named no window. */
  windowSeconds: number | undefined;
  /** `docker-ratelimit-source`: an IP address when anonymous, an account when signed in, whose name no event tells. */
  source: string | undefined;
}

export type Emit = (event: MirrorEvent) => void;
