import type { RepositorySettings } from "../../repository/settings.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Reference } from "../../oci/reference.ts";
import type { ImageOptions } from "./image-options.ts";
import type { Locked } from "./locked.ts";
import type { Position } from "../text/problem.ts";

/** One image that one target should have under one tag. */
export interface DesiredImage extends ImageOptions {
  /** The target's name. */
  target: string;
  /** Has a tag, a digest, or both. */
  source: Reference;
  /** The repository at the target, without an oci target's prefix. */
  repository: string;
  tag: string;
  refresh: "always" | "missing";
  /** Unset if there is no lock file, or if the mirror file pins the digest and the lock file does not contradict it. */
  locked?: Locked;
  /** Settings of the repository. Empty unless it is in ECR. */
  settings: RepositorySettings;
  /** Position in file order, from 0. When pulls are limited, a lower one goes first. */
  order: number;
  /** Position of the entry's `image`, or of the tag in its list. */
  at: Position;
  /** The tag's digest according to the catalogue. Trusted only if the target has the same digest. */
  claimed?: Digest;
}
