import type { EcrSettings } from "../../ecr/ecr-settings.ts";
import { canonicalJson } from "../text/canonical-json.ts";

const KINDS: Readonly<Record<Target["kind"], true>> = { ecr: true, oci: true, layout: true };

/** The keys of a target in the mirror file that determine its kind. */
export const TARGET_KINDS = Object.keys(KINDS) as Target["kind"][];

/** A place to copy images to. */
export type Target =
  | { name: string; kind: "ecr"; ecr: EcrSettings }
  /** `endpoint` has no path. `prefix` is prepended to each repository: "" or "team". */
  | { name: string; kind: "oci"; endpoint: URL; prefix: string }
  /** `path` is a folder of OCI image layouts, relative to and below `base`, the mirror file's folder as passed. */
  | { name: string; kind: "layout"; base: string; path: string };

/**
 * Returns whether a target keeps repositories as resources of their own, which mirrorform creates, configures and owns. At
 * other targets, a repository exists as soon as an image is pushed to it.
 */
export function keepsRepositories({ kind }: Pick<Target, "kind">): boolean {
  return kind === "ecr";
}

/** Returns a text that is equal for targets in the same registry, whatever their prefix. */
export function placeOf(target: Target): string {
  switch (target.kind) {
    case "ecr":
      return canonicalJson(target.ecr);
    case "oci":
      return target.endpoint.origin;
    case "layout":
      return "layout";
  }
}

/** Returns the prefix of each repository at a target: "" or "team". */
export function prefixOf(target: Target): string {
  switch (target.kind) {
    case "ecr":
      return "";
    case "oci":
      return target.prefix;
    case "layout":
      return target.path;
  }
}
