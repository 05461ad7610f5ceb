import { MirrorError } from "../../errors.ts";
import { parseDigest, type Digest } from "../../oci/digest.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrContext } from "../aws/ecr-context.ts";

/** A tag in an ECR source. */
export interface SourceTag {
  name: string;
  /** When the image was pushed, in milliseconds since 1970. Missing if ECR does not return it. */
  pushed?: number;
  digest: Digest;
}

/** Lists the tags of a repository. @throws MirrorError, among them REPOSITORY_UNKNOWN, DENIED and NO_CREDENTIALS */
export type ListSourceTags = (repository: string, signal: AbortSignal) => Promise<SourceTag[]>;

/**
 * Returns a function that lists the tags of an ECR with their dates (DescribeImages). The registry API returns only
 * names. Uses the account and Region in the host name, and the AWS credentials of the environment.
 * @returns undefined for a registry that is not an ECR
 */
export function ecrSourceTags(registry: string, context: EcrContext): ListSourceTags | undefined {
  const ecr = readEcrHost(registry);
  if (ecr === undefined) return undefined;
  const { account: registryId, region } = ecr;
  let client: Promise<EcrClient> | undefined;
  return async (repositoryName, signal) => {
    // Loads the AWS SDK only when needed, because that is slow.
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
      // The hint for a missing repository is about targets.
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
