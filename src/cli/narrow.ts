import { posix } from "node:path";

import type { DesiredImage, MirrorFile } from "../desired/mirror-file.ts";
import { MirrorError } from "../errors.ts";
import { familiarReference } from "../oci/reference.ts";
import { nearest } from "../desired/nearest.ts";

/** What `--target` and `--only` leave of a mirror file. */
export interface Narrowed {
  file: MirrorFile;
  /** The options, as the plan names them. */
  narrowedBy: string[];
}

/** @throws MirrorError USAGE for a target that the file does not have, or a glob that matches nothing */
export function narrow(file: MirrorFile, targets: readonly string[], only: readonly string[]): Narrowed {
  for (const name of targets) {
    if (!file.targets.some((target) => target.name === name)) throw unknownTarget(name, file);
  }
  const atTargets = file.images.filter((image) => targets.length === 0 || targets.includes(image.target));
  for (const glob of only) {
    if (!atTargets.some((image) => matches(image, glob))) throw matchesNothing(glob, file);
  }
  const images = atTargets.filter((image) => only.length === 0 || only.some((glob) => matches(image, glob)));
  if (images.length === 0) throw usage(`no image of ${file.path} goes to ${targets.join(", ")}`);
  return {
    file: {
      ...file,
      targets: targets.length === 0 ? file.targets : file.targets.filter((target) => targets.includes(target.name)),
      images,
    },
    narrowedBy: [...targets.map((name) => `--target ${name}`), ...only.map((glob) => `--only '${glob}'`)],
  };
}

/** A glob is held against the image's name, with and without its tag, and against its place at the target. */
function matches(image: DesiredImage, glob: string): boolean {
  const { tag: _tag, digest: _digest, ...bare } = image.source;
  const names = [
    familiarReference(image.source),
    familiarReference(bare),
    image.repository,
    `${image.repository}:${image.tag}`,
  ];
  return names.some((name) => posix.matchesGlob(name, glob));
}

function unknownTarget(name: string, file: MirrorFile): MirrorError {
  const names = file.targets.map((target) => target.name);
  const near = nearest(name, names);
  return usage(
    `${file.path} has no target "${name}"`,
    near === undefined ? `It has ${names.join(", ")}.` : `Did you mean ${near}?`,
  );
}

function matchesNothing(glob: string, file: MirrorFile): MirrorError {
  return usage(
    `--only '${glob}' matches no image of ${file.path}`,
    "A glob is held against names such as node:22-alpine, node, or dockerhub/node:22-alpine; * does not match a slash.",
  );
}

function usage(message: string, hint?: string): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read the command line", hint });
}
