import type { RepositorySettings } from "../../repository/settings.ts";
import type { Reference } from "../../oci/reference.ts";
import type { DesiredImage } from "./desired-image.ts";
import type { Destination } from "./destination.ts";
import type { ImageOptions } from "./image-options.ts";
import type { Position } from "../text/problem.ts";
import type { TagRule } from "../tags/tag-rule.ts";
import type { Target } from "../places/target.ts";

/** One entry of `mirrors`: it lists its images, or a tag rule selects them from the source's tags. */
export type DesiredEntry = ListedEntry | RuleEntry;

export interface ListedEntry extends EntryBase {
  kind: "listed";
  images: readonly DesiredImage[];
}

export interface RuleEntry extends EntryBase {
  kind: "rule";
  /** Has neither a tag nor a digest. */
  image: Reference;
  rule: TagRule;
  refresh: "always" | "missing";
}

/** Returns the images known without querying a source, in file order. */
export function listedImages(entries: readonly DesiredEntry[]): DesiredImage[] {
  return entries.flatMap((entry) => (entry.kind === "listed" ? entry.images : []));
}

interface EntryBase {
  /** Index in `mirrors`, from 0. `--only` and `--target` do not change it. */
  index: number;
  /** Position of `image`. */
  at: Position;
  /** `to`, with its placeholders. */
  destination: Destination;
  /** In file order. */
  targets: readonly EntryTarget[];
  options: ImageOptions;
}

/** One target of an entry. */
export interface EntryTarget {
  target: Target;
  /** Equal for targets in the same registry, whatever their prefix. */
  place: string;
  /** Settings of the entry's repositories at this target. Empty unless it is an ECR target. */
  settings: RepositorySettings;
}
