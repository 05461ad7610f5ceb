import { TagResourceCommand } from "@aws-sdk/client-ecr";
import type { EcrClient } from "../aws/ecr-client.ts";
import { describeRepository } from "./describe-repository.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { requireOwned, stale } from "../../repository/ownership.ts";
import { OWNERSHIP_TAG } from "../../repository/settings.ts";

/**
 * Adds the ownership tag to a repository without one. Reads the tag first, because ECR accepts no precondition with
 * TagResource. A repository owned by another mirror file is never adopted.
 * @returns whether the tag was added; false if `owner` already owned the repository
 * @throws MirrorError STALE if another mirror file owns the repository, or it no longer exists; DENIED, …
 */
export async function adoptRepository(
  client: EcrClient,
  name: string,
  owner: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const subject = { operation: "adopt repository", reference: name };
  const state = await describeRepository(client, name, {}, owner, signal);
  if (state === undefined) throw stale("the repository has been deleted since the plan", subject);
  if (state.tags[OWNERSHIP_TAG] !== undefined) {
    requireOwned(state, owner, subject);
    return false;
  }
  const call: EcrCall = { ...subject, action: "TagResource", refusal: "REPOSITORY_FAILED" };
  const input = { resourceArn: state.arn, tags: [{ Key: OWNERSHIP_TAG, Value: owner }] };
  await client.call(call, signal, (sdk, options) => sdk.send(new TagResourceCommand(input), options));
  return true;
}
