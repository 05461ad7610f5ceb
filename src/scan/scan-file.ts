import { basename } from "node:path/posix";

import type { FileKindName } from "./file-kind.ts";
import type { FoundImage } from "./found-image.ts";
import type { SourceFile, Unreadable } from "./source-file.ts";
import { findInDockerfile } from "./dockerfile/find-in-dockerfile.ts";
import { findInBake, findInTerraform } from "./hcl/find-in-hcl.ts";
import { findInYaml } from "./yaml/find-in-yaml.ts";

/** How a kind of file is read. */
interface Reader {
  /** Matches the base name. */
  readonly name: RegExp;
  /** A text that every file with an image contains; others are not parsed. */
  readonly mention: RegExp;
  readonly find: (file: SourceFile) => readonly FoundInFile[] | Unreadable;
}

/** An image, with the kind of file that names it. */
export type FoundInFile = FoundImage & { readonly kind: FileKindName };

const READERS: readonly Reader[] = [
  {
    // Not what belongs to one, such as `Dockerfile.dockerignore` and `Dockerfile.md`.
    name: /^(?:Dockerfile|Containerfile)(?:[.-](?!.*\b(?:dockerignore|md|txt|rst|html|json|ya?ml|sh|bak|orig|rej|images)$).+)?$|\.(?:Dockerfile|Containerfile)$/i,
    mention: /FROM|syntax/i,
    find: (file) => named("dockerfile", findInDockerfile(file)),
  },
  {
    name: /\.ya?ml$|\.json$|^kustomization$/i,
    mention: /image|docker|uses:|pipe:|container|services|FROM|builder/i,
    find: findInYaml,
  },
  { name: /bake[^/]*\.hcl$/i, mention: /docker-image|FROM/i, find: (file) => named("bake", findInBake(file)) },
  { name: /\.tf$/i, mention: /image/, find: (file) => named("terraform", findInTerraform(file)) },
];

function named(kind: FileKindName, images: readonly FoundImage[]): FoundInFile[] {
  return images.map((image) => ({ ...image, kind }));
}

/** Returns whether a file can name images, by its path alone. */
export function mayNameImages(path: string): boolean {
  return readerOf(path) !== undefined;
}

/** Finds the images that a file names, in the order of the file. */
export function scanFile(file: SourceFile): readonly FoundInFile[] | Unreadable {
  const reader = readerOf(file.path);
  return reader === undefined || !reader.mention.test(file.text) ? [] : reader.find(file);
}

function readerOf(path: string): Reader | undefined {
  const name = basename(path);
  return READERS.find((reader) => reader.name.test(name));
}
