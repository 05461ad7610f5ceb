import type { HeldContent } from "../../../src/actual/actual.ts";
import type { DesiredImage } from "../../../src/desired/mirror-file.ts";
import type { Resolution } from "../../../src/desired/sources/resolution.ts";
import type { RepositoryState } from "../../../src/repository/settings.ts";
import type { ErrorReport } from "../../../src/errors.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import type { ReferrerFacts } from "../../../src/plan/referrers/referrer-rows.ts";

/** A part of {@link everything}: some images, their sources, and the state of the target "main". */
export interface Scene {
  images: readonly DesiredImage[];
  sources?: Readonly<Record<string, Resolution>>;
  repositories?: readonly RepositoryState[];
  tags?: Readonly<Record<string, Digest>>;
  /** Tags that are not in the mirror file. */
  undeclared?: Readonly<Record<string, Digest>>;
  contents?: Readonly<Record<string, HeldContent>>;
  archived?: Readonly<Record<string, Digest>>;
  /** Of the images with `referrers`. */
  referrers?: ReferrerFacts;
  /** What the source tags of locked images name. */
  upstream?: Readonly<Record<string, Resolution>>;
  /** Declared images that the options of the run exclude. */
  narrowedOut?: readonly DesiredImage[];
  /** Repositories that an entry prunes, with the template of its tag. */
  prunes?: Readonly<Record<string, string>>;
  /** Repositories whose tags could not be listed. */
  unlisted?: Readonly<Record<string, ErrorReport>>;
}
