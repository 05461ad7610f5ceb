import { backupDiagnostic } from "./backup-template.ts";
import type { MirrorDocument } from "../generated/mirror-file-schema.ts";
import { isReservedVariable } from "../../oci/uri-variable.ts";
import { readPlatforms } from "../platforms/read-platforms.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** Options of an entry that apply to each of its images. */
export interface ImageOptions {
  /** `os/architecture[/variant]` in normal form, sorted. If unset, the image is copied unchanged with all platforms. */
  platforms?: readonly string[];
  /** Set if BuildKit's attestations are not copied with the image. */
  attestations?: false;
  /** Whether to copy signatures, SBOMs and attestations: all, or only those of `types`. */
  referrers?: { types?: readonly string[] };
  /** How to replace a tag in an immutable repository. `backup` is the template for the old image's new tag. */
  replace?: { backup: string };
  /** Whether to delete undeclared tags that the entry could have created. */
  prune?: true;
  /** The image's name in `mirrorform uris`. */
  output?: string;
}

/** Reads the options of an entry. Skips invalid ones, which the schema check has reported. */
export function readImageOptions(document: MirrorDocument, pointer: string, log: ProblemLog): ImageOptions {
  const valid = <Key extends keyof MirrorDocument>(key: Key): MirrorDocument[Key] | undefined =>
    log.containsInvalid(below(pointer, key)) ? undefined : document[key];
  const platforms = valid("platforms");
  const referrers = valid("referrers");
  const replace = readReplace(valid("replace"), below(pointer, "replace"), log);
  const output = valid("output");
  const { tags = [] } = document;
  if (output !== undefined && (!Array.isArray(tags) || tags.length > 1)) {
    log.add(below(pointer, "output"), {
      message: '"output" names a single image, but this entry can have several tags',
      hint: 'remove "output", or move the tag to an entry of its own',
      at: "key",
    });
  }
  if (output !== undefined && isReservedVariable(output)) {
    log.add(below(pointer, "output"), {
      message: `${quote(output)} is a variable that other programs use`,
      hint: "use another name, such as ECR_RUBY_URI",
    });
  }
  return {
    ...(Array.isArray(platforms) ? { platforms: readPlatforms(platforms, below(pointer, "platforms"), log) } : {}),
    ...(valid("attestations") === false ? { attestations: false } : {}),
    ...(referrers === undefined || referrers === false ? {} : { referrers: referrers === true ? {} : referrers }),
    ...(replace === undefined ? {} : { replace }),
    ...(valid("prune") === true ? { prune: true } : {}),
    ...(output === undefined ? {} : { output }),
  };
}

function readReplace(
  replace: MirrorDocument["replace"],
  pointer: string,
  log: ProblemLog,
): ImageOptions["replace"] | undefined {
  const diagnostic = replace === undefined ? undefined : backupDiagnostic(replace.backup);
  if (diagnostic === undefined) return replace;
  log.add(below(pointer, "backup"), diagnostic);
  return undefined;
}
