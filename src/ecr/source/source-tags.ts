import { MirrorError } from "../../errors.ts";
import { parseDigest, type Digest } from "../../oci/digest.ts";
import { ecrAccountOf, ecrRegionOf } from "../../registry/hosts/registry-kind.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrContext } from "../aws/ecr-context.ts";

/** A tag of an ECR that images come from. */
export interface SourceTag {
  name: string;
  /** When the image that it names was pushed, in milliseconds since 1970; missing where ECR does not say. */
  pushed?: number;
  digest: Digest;
}

/** Lists the tags of a repository. @throws MirrorError, among them REPOSITORY_UNKNOWN, DENIED and NO_CREDENTIALS */
export type ListSourceTags = (repository: string, signal: AbortSignal) => Promise<SourceTag[]>;

/**
 * The tags of an ECR with their dates (DescribeImages): its registry gives the names alone. Asked of the account and the Region in
 * the host's name, with the AWS credentials of the environment.
 * @returns undefined for a registry that is no ECR
 */
export function ecrSourceTags(registry: string, context: EcrContext): ListSourceTags | undefined {
  const [registryId, region] = [ecrAccountOf(registry), ecrRegionOf(registry)];
  if (registryId === undefined || region === undefined) return undefined;
  let client: Promise<EcrClient> | undefined;
  return async (repositoryName, signal) => {
    // The AWS SDK takes a while to load: only for those who need it.
    const { describeImages } = await import("../images/describe-images.ts");
    const sdk = await (client ??= open(region, context));
    const query = { registryId, repositoryName, filter: { tagStatus: "TAGGED" as const } };
    const tags: SourceTag[] = [];
    try {
      for await (const page of describeImages(sdk, query, signal)) {
        for (const { imageDigest, imageTags = [], imagePushedAt } of page) {
          const digest = parseDigest(imageDigest ?? "");
          if (digest === undefined) continue;
          const pushed = imagePushedAt?.getTime();
          const dated = pushed === undefined || Number.isNaN(pushed) ? {} : { pushed };
          for (const name of imageTags) tags.push({ name, digest, ...dated });
        }
      }
    } catch (error) {
      if (!(error instanceof MirrorError) || error.side !== "target") throw error;
      const subject = { operation: "list tags of", reference: `${registry}/${repositoryName}` };
      // What there is to be done about a missing repository of a target is no help here.
      const hint = error.code === "REPOSITORY_UNKNOWN" ? { hint: undefined } : {};
      throw error.with({ side: "source", ...subject, ...hint });
    }
    return tags;
  };
}

async function open(region: string, context: EcrContext): Promise<EcrClient> {
  const { createClient } = await import("../aws/ecr-client.ts");
  return createClient({}, region, context);
}
