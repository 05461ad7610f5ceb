import type { DesiredImage, MirrorFile, Target } from "../../desired/mirror-file.ts";
import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseReference, type Reference } from "../../oci/reference.ts";
import { formatEcrHost } from "../../registry/hosts/ecr-host.ts";
import { endpointVariant } from "../../ecr/endpoints/endpoint-variant.ts";
import type { AtTarget } from "../../rewrite/new-name.ts";
import type { MirroredImage } from "../../rewrite/mirrored-images.ts";
import type { OpenTarget } from "../../run/connections.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** Returns the target of a name, or the only one. @throws MirrorError USAGE */
export function chosenTarget({ targets }: MirrorFile, name: string | undefined): Target {
  const named = targets.filter((target) => name === undefined || target.name === name);
  const [only] = named;
  if (only !== undefined && named.length === 1) {
    if (only.kind === "layout")
      throw usage("an image in a layout has no name that other files could use", "use another target");
    return only;
  }
  const names = targets.map((target) => target.name).join(", ");
  throw name === undefined
    ? usage("the mirror file has several targets", `choose one with --target: ${names}`)
    : usage(`the mirror file has no target "${name}"`, `use one of: ${names}`);
}

function usage(message: string, hint: string): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "choose the target", hint });
}

/** Names images without a request. @throws MirrorError USAGE if the registry depends on the AWS defaults */
export function namedOffline(
  images: readonly DesiredImage[],
  target: Target,
  { environment }: Pick<ProcessContext, "environment">,
): MirroredImage[] {
  const registry = registryOf(target, environment);
  const prefix = target.kind === "oci" && target.prefix !== "" ? `${target.prefix}/` : "";
  return images.map((image) => {
    const { repository, tag } = image;
    return { image, name: { registry, repository: `${prefix}${repository}`, tag } };
  });
}

function registryOf(target: Target, environment: ProcessContext["environment"]): string {
  if (target.kind === "oci") return target.endpoint.host;
  const { account, region } = target.kind === "ecr" ? target.ecr : {};
  if (account === undefined || region === undefined) {
    const message = `the mirror file does not name the account and the Region of ${target.name}`;
    throw usage(message, "add both to the target, or omit --offline");
  }
  return formatEcrHost({ account, region, ...endpointVariant(environment) });
}

/** Names images at an open target. */
export function named(images: readonly DesiredImage[], target: OpenTarget): MirroredImage[] {
  return images.map((image) => ({ image, name: nameOf(target.images.uri(image.repository, image.tag)) }));
}

function nameOf(uri: string): Reference {
  const reference = parseReference(uri);
  if (typeof reference === "string") throw new Error(`the target's URI is not an image name: ${reference}`);
  return reference;
}

/** Reads the tags of some images. @returns what the target has of each of them */
export async function readTarget(
  target: OpenTarget,
  images: readonly DesiredImage[],
  signal: AbortSignal,
): Promise<(image: DesiredImage) => AtTarget> {
  const byRepository = Map.groupBy(images, ({ repository }) => repository);
  const read = [...byRepository].map(async ([repository, group]) => {
    const tags = [...new Set(group.map(({ tag }) => tag))];
    return [repository, await target.readTags(repository, tags, signal)] as const;
  });
  const tags: ReadonlyMap<string, ReadonlyMap<string, Digest>> = new Map(await Promise.all(read));
  return ({ repository, tag }) => {
    const digest = tags.get(repository)?.get(tag);
    return digest === undefined ? { kind: "absent" } : { kind: "present", digest };
  };
}
