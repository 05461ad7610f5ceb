import type { HeldContent } from "../../../src/actual/actual.ts";
import type { DesiredImage } from "../../../src/desired/mirror-file.ts";
import type { Resolution } from "../../../src/desired/sources/resolution.ts";
import type { RepositoryState } from "../../../src/repository/settings.ts";
import type { ErrorReport } from "../../../src/errors.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import type { ReferrerFacts } from "../../../src/plan/referrers/referrer-rows.ts";

/** A part of {@link everything}: some images, what their sources say, and what the target "main" holds of them. */
export interface Scene {
  images: readonly DesiredImage[];
  sources?: Readonly<Record<string, Resolution>>;
  repositories?: readonly RepositoryState[];
  tags?: Readonly<Record<string, Digest>>;
  /** Tags of which the mirror file says nothing. */
  undeclared?: Readonly<Record<string, Digest>>;
  contents?: Readonly<Record<string, HeldContent>>;
  archived?: Readonly<Record<string, Digest>>;
  /** Of the images that ask for referrers. */
  referrers?: ReferrerFacts;
  /** What the tags of locked images name upstream. */
  upstream?: Readonly<Record<string, Resolution>>;
  /** Declared beside the images, and not looked at. */
  narrowedOut?: readonly DesiredImage[];
  /** Repositories in which an entry prunes, with `tag` as its template. */
  prunes?: Readonly<Record<string, string>>;
  /** Repositories whose tags could not be listed. */
  unlisted?: Readonly<Record<string, ErrorReport>>;
}
