import { backupComplaint } from "./backup-template.ts";
import type { MirrorDocument } from "../generated/mirror-file-schema.ts";
import { readPlatforms } from "./read-platforms.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";

/** What an entry says of each of its images, beside where it comes from and where it goes. A missing key is not asked for. */
export interface ImageOptions {
  /** `os/architecture[/variant]` in normal form, sorted; missing: all of them, byte for byte. */
  platforms?: readonly string[];
  /** Signatures, SBOMs and attestations: all, or those of some artifact types. */
  referrers?: { types?: readonly string[] };
  /** How a moved tag enters an immutable repository; `backup` is a template of the old image's new tag. */
  replace?: { backup: string };
  /** Whether undeclared tags that the entry could have made are deleted. */
  prune?: true;
  /** The image's name in `mirrorform uris`. */
  output?: string;
}

/** Reads them; one that is not sound is left out, and is reported already. */
export function readImageOptions(document: MirrorDocument, pointer: string, log: ProblemLog): ImageOptions {
  const sound = <Key extends keyof MirrorDocument>(key: Key): MirrorDocument[Key] | undefined =>
    log.isTouched(below(pointer, key)) ? undefined : document[key];
  const platforms = sound("platforms");
  const referrers = sound("referrers");
  const replace = readReplace(sound("replace"), below(pointer, "replace"), log);
  const output = sound("output");
  const { tags = [] } = document;
  if (output !== undefined && (!Array.isArray(tags) || tags.length > 1)) {
    log.add(below(pointer, "output"), {
      message: "an entry with several tags has several mirrored URIs, and this would be the name of all",
      hint: "leave it out: each is named after its repository and tag; or write an entry for this one tag",
      at: "key",
    });
  }
  return {
    ...(Array.isArray(platforms) ? { platforms: readPlatforms(platforms, below(pointer, "platforms"), log) } : {}),
    ...(referrers === undefined || referrers === false ? {} : { referrers: referrers === true ? {} : referrers }),
    ...(replace === undefined ? {} : { replace }),
    ...(sound("prune") === true ? { prune: true } : {}),
    ...(output === undefined ? {} : { output }),
  };
}

function readReplace(
  replace: MirrorDocument["replace"],
  pointer: string,
  log: ProblemLog,
): ImageOptions["replace"] | undefined {
  const complaint = replace === undefined ? undefined : backupComplaint(replace.backup);
  if (complaint === undefined) return replace;
  log.add(below(pointer, "backup"), complaint);
  return undefined;
}
