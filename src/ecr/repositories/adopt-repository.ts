import { TagResourceCommand } from "@aws-sdk/client-ecr";
import type { EcrClient } from "../aws/ecr-client.ts";
import { describeRepository } from "./describe-repository.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { requireOwned, stale } from "../../repository/ownership.ts";
import { OWNERSHIP_TAG } from "../../repository/settings.ts";

/**
 * Puts `owner`'s mark on a repository that has none. The mark is read just before: ECR takes no condition with the
 * call, and a repository with another's mark is never taken.
 * @returns whether it was put; false when it was there already
 * @throws MirrorError STALE when the repository is another's, or gone; DENIED, …
 */
export async function adoptRepository(
  client: EcrClient,
  name: string,
  owner: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const about = { operation: "adopt repository", reference: name };
  const state = await describeRepository(client, name, {}, owner, signal);
  if (state === undefined) throw stale("the repository was deleted since the plan", about);
  if (state.tags[OWNERSHIP_TAG] !== undefined) {
    requireOwned(state, owner, about);
    return false;
  }
  const call: EcrCall = { ...about, action: "TagResource", refusal: "REPOSITORY_FAILED" };
  const input = { resourceArn: state.arn, tags: [{ Key: OWNERSHIP_TAG, Value: owner }] };
  await client.call(call, signal, (sdk, options) => sdk.send(new TagResourceCommand(input), options));
  return true;
}
