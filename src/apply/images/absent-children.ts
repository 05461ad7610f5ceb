import { MirrorError, type ErrorReport } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { abbreviateDigest } from "../../oci/digest.ts";
import { isRunnable, platformText } from "../../oci/platforms/platform.ts";
import type { ImageCopyContext } from "./image-copy-context.ts";

/** The source no longer has a manifest that an index names, as after a clean-up of untagged versions. */
export class AbsentChild extends Error {
  readonly child: Descriptor;
  override readonly cause: MirrorError;

  constructor(child: Descriptor, cause: MirrorError) {
    super(cause.message);
    this.child = child;
    this.cause = cause;
  }
}

/** Most children that a message names. */
const NAMED_AT_MOST = 8;

/** Whether an error says that the source does not have a manifest. */
export function isAbsence(error: unknown): error is MirrorError {
  return error instanceof MirrorError && error.side === "source" && error.code === "MANIFEST_UNKNOWN";
}

/**
 * Creates the error for an index of which the source no longer has some manifests.
 * @param children of the index, or those that are chosen
 */
export function absentError(
  [first, ...more]: readonly [AbsentChild, ...AbsentChild[]],
  children: readonly Descriptor[],
): MirrorError {
  const absent = [first, ...more].map(({ child }) => child);
  const message = `the index is there, but the source no longer has ${namesOf(absent, children)}`;
  return new MirrorError(message, { ...first.cause, cause: first.cause, hint: hintFor(absent, children) });
}

/** Creates the warning about attestations that the source no longer has. They are left out of the new index. */
export function absentAttestations(
  absent: readonly Descriptor[],
  children: readonly Descriptor[],
  { from, digest }: Pick<ImageCopyContext, "from" | "digest">,
): ErrorReport {
  return {
    code: "MANIFEST_UNKNOWN",
    side: "source",
    operation: "copy attestations of",
    reference: `${from}@${digest}`,
    message: `the source no longer has ${namesOf(absent, children)}`,
    hint: "set `attestations: false` to leave out the attestations of this image without a warning",
  };
}

function hintFor(absent: readonly Descriptor[], children: readonly Descriptor[]): string {
  if (absent.every(({ attests }) => attests !== undefined)) {
    return "set `attestations: false` to mirror the image without its attestations, or ask its publisher to push it again";
  }
  const gone = new Set(absent.map(({ digest }) => digest));
  const left = children.filter(({ digest }) => !gone.has(digest)).flatMap((child) => platformOf(child) ?? []);
  const publisher = "ask its publisher to push it again";
  return left.length === 0
    ? publisher
    : `set \`platforms: [${[...new Set(left)].toSorted().slice(0, NAMED_AT_MOST).join(", ")}]\` to mirror what is left, or ${publisher}`;
}

function namesOf(absent: readonly Descriptor[], children: readonly Descriptor[]): string {
  const names = absent.slice(0, NAMED_AT_MOST).map((child) => nameOf(child, children));
  const more = absent.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function nameOf(child: Descriptor, children: readonly Descriptor[]): string {
  const digest = abbreviateDigest(child.digest);
  if (child.attests === undefined) return `${platformOf(child) ?? "a manifest"} (${digest})`;
  const subject = children.find((each) => each.digest === child.attests);
  const platform = subject === undefined ? undefined : platformOf(subject);
  return `the attestation of ${platform ?? "an image"} (${digest})`;
}

function platformOf({ platform }: Descriptor): string | undefined {
  return platform !== undefined && isRunnable(platform) ? platformText(platform) : undefined;
}
