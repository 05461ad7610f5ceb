import type { RepositorySettings } from "../../repository/settings.ts";
import type { Reference } from "../../oci/reference.ts";
import type { DesiredImage } from "./desired-image.ts";
import type { Destination } from "./destination.ts";
import type { ImageOptions } from "./image-options.ts";
import type { Position } from "../text/problem.ts";
import type { TagRule } from "../tags/tag-rule.ts";
import type { Target } from "../places/targets.ts";

/** One entry of `mirrors`: its images are known, or a rule chooses them once the source has said which tags there are. */
export type DesiredEntry = ListedEntry | RuleEntry;

export interface ListedEntry extends EntryBase {
  kind: "listed";
  images: readonly DesiredImage[];
}

export interface RuleEntry extends EntryBase {
  kind: "rule";
  /** Without tag and digest. */
  image: Reference;
  rule: TagRule;
  refresh: "always" | "missing";
}

/** The images that are known without asking a source, in the order of the file. */
export function listedImages(entries: readonly DesiredEntry[]): DesiredImage[] {
  return entries.flatMap((entry) => (entry.kind === "listed" ? entry.images : []));
}

interface EntryBase {
  /** Its place in `mirrors`, from 0; not changed by `--only` and `--target`. */
  index: number;
  /** Where its `image` is written. */
  at: Position;
  /** Where its images go, before placeholders are filled in. */
  destination: Destination;
  /** In the order of the file. */
  targets: readonly EntryTarget[];
  options: ImageOptions;
}

/** One target of an entry. */
export interface EntryTarget {
  target: Target;
  /** Equal for targets that write to the same repositories, prefix apart. */
  place: string;
  /** Of the entry's repositories at this target; none at an oci target. */
  settings: RepositorySettings;
}
