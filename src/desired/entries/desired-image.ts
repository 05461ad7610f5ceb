import type { RepositorySettings } from "../../repository/settings.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Reference } from "../../oci/reference.ts";
import type { ImageOptions } from "./image-options.ts";
import type { Locked } from "./locked.ts";
import type { Position } from "../text/problem.ts";

/** One image that should be at one target under one tag. */
export interface DesiredImage extends ImageOptions {
  /** The target's name. */
  target: string;
  /** With a tag, a digest, or both. */
  source: Reference;
  /** At the target, without an oci target's prefix. */
  repository: string;
  tag: string;
  refresh: "always" | "missing";
  /** Missing where there is no lock, and for a pin that no line of it contradicts. */
  locked?: Locked;
  /** Of the repository; none at an oci target. */
  settings: RepositorySettings;
  /** The place in the file's order, from 0; a lower one goes first when the pull allowance is short. */
  order: number;
  /** Where the file names the image: the entry's `image`, or the tag in its list. */
  at: Position;
  /** What the tag names by the catalogue that listed it: a claim, and believed only where the target holds the same. */
  claimed?: Digest;
}
