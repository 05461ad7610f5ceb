import assert from "node:assert/strict";
import { test } from "node:test";

import { MirrorError } from "../../../src/errors.ts";
import { denialHint } from "../../../src/registry/errors/aws-denial.ts";
import { MANIFEST } from "../images.ts";
import { clientOf, refuse, serve } from "../server.ts";

const ECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
const ROLE = "arn:aws:sts::111122223333:assumed-role/KMS-kms:ci/run-1";
const KEY = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c";
const denied = (action: string, because: string, resource = "arn:aws:ecr:eu-west-1:111122223333:repository/team/kms") =>
  `User: ${ROLE} is not authorized to perform: ${action} on resource: ${resource} ${because}`;

for (const [what, message, hint] of [
  [
    "an identity-based policy that does not allow the action",
    denied("ecr:TagResource", "because no identity-based policy allows the ecr:TagResource action"),
    `grant ecr:TagResource on this repository to ${ROLE}`,
  ],
  ["no policy", "Not allowed.", "grant ecr:PutImage on this repository to the role that runs mirrorform"],
  [
    "a service control policy",
    denied("ecr:PutImage", "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o/p"),
    /^ask the administrators of your AWS organization to allow ecr:PutImage; a service control policy blocks it/,
  ],
  [
    "a service control policy that does not allow the action",
    denied("ecr:PutImage", "because no service control policy allows the ecr:PutImage action"),
    /^ask the administrators of your AWS organization to allow ecr:PutImage/,
  ],
  [
    "a resource control policy",
    denied("ecr:PutImage", "with an explicit deny in a resource control policy"),
    /^ask the administrators of your AWS organization .* a resource control policy blocks it/,
  ],
  [
    "a permissions boundary that does not allow the action",
    denied("ecr:PutImage", "because no permissions boundary allows the ecr:PutImage action"),
    `allow ecr:PutImage in the permissions boundary of ${ROLE}; further permissions for the role have no effect`,
  ],
  [
    "a permissions boundary that denies the action",
    denied("ecr:PutImage", "with an explicit deny in a permissions boundary"),
    /^remove the denial of ecr:PutImage from the permissions boundary of arn/,
  ],
  [
    "a session policy",
    denied("ecr:PutImage", "because no session policy allows the ecr:PutImage action"),
    /^allow ecr:PutImage in the session policy/,
  ],
  [
    "the policy of a VPC endpoint",
    denied("ecr:PutImage", "because no VPC endpoint policy allows the ecr:PutImage action"),
    /^allow ecr:PutImage in the policy of the VPC endpoint/,
  ],
  [
    "a policy of the repository that denies the action",
    denied("ecr:PutImage", "with an explicit deny in a resource-based policy"),
    /^remove the statement that denies ecr:PutImage to arn.* from the resource-based policy of this repository/,
  ],
  [
    "a policy of the repository that does not allow the action",
    denied("ecr:BatchGetImage", "because no resource-based policy allows the ecr:BatchGetImage action"),
    `allow ecr:BatchGetImage to ${ROLE} in the resource-based policy of this repository`,
  ],
  [
    "an identity-based policy that denies the action",
    denied("ecr:PutImage", "with an explicit deny in an identity-based policy"),
    /^remove the statement that denies ecr:PutImage from the policies of arn/,
  ],
  [
    "a kind of policy that is not known yet",
    denied("ecr:PutImage", "with an explicit deny in a galactic policy"),
    /^remove the statement that denies ecr:PutImage/,
  ],
  [
    "the policy of a key",
    denied("kms:GenerateDataKey", "because no resource-based policy allows the kms:GenerateDataKey action", KEY),
    new RegExp(`^allow kms:GenerateDataKey to ${ROLE} in the key policy of ${KEY}`),
  ],
  [
    "a key that another account may have",
    denied(
      "kms:Decrypt",
      "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
      KEY,
    ),
    new RegExp(`^allow kms:Decrypt to ${ROLE} in the key policy of ${KEY}`),
  ],
  [
    "no right to a key",
    denied("kms:Decrypt", "because no identity-based policy allows the kms:Decrypt action", KEY),
    `grant kms:Decrypt on ${KEY} to ${ROLE}`,
  ],
] as const) {
  test(`the advice for a denial follows from what AWS names: ${what}`, () => {
    const advice = denialHint(message, { action: "ecr:PutImage", resource: "this repository" });
    if (typeof hint === "string") assert.equal(advice, hint);
    else assert.match(advice, hint);
    if (!advice.startsWith("grant")) assert.doesNotMatch(advice, /grant/);
  });
}

for (const [what, status, message, code, hint] of [
  [
    "an organization's denial",
    403,
    denied("ecr:PutImage", "with an explicit deny in a service control policy"),
    "DENIED",
    /administrators/,
  ],
  [
    "a denial with another status",
    400,
    denied("ecr:PutImage", "because no permissions boundary allows the ecr:PutImage action"),
    "DENIED",
    /permissions boundary/,
  ],
  [
    "a disabled key",
    403,
    `KMS.DisabledException: ${KEY} is disabled.`,
    "REPOSITORY_FAILED",
    /^enable the repository's KMS key/,
  ],
  [
    "a disabled key with another status",
    405,
    `${KEY} is disabled.`,
    "REPOSITORY_FAILED",
    /^enable the repository's KMS key/,
  ],
  ["a deleted key", 403, `${KEY} is pending deletion.`, "REPOSITORY_FAILED", /cancel-key-deletion/],
  ["a missing key", 403, `Key '${KEY}' does not exist`, "REPOSITORY_FAILED", /exists in this Region/],
  [
    "a key that may be inaccessible",
    403,
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
    "DENIED",
    /key policy/,
  ],
  ["a KMS failure without a reason", 403, "The operation failed due to a KMS exception.", "DENIED", /key policy/],
  [
    "a repository named like KMS",
    404,
    "The repository with name 'team/KMS' does not exist in the registry with id '111122223333'",
    "REPOSITORY_UNKNOWN",
    /deleted since the plan/,
  ],
] as const) {
  test(`ECR's words decide, and not its status: ${what}`, async (t) => {
    const registryCode = status === 404 ? "NAME_UNKNOWN" : "DENIED";
    const server = await serve(t, (_request, response) => refuse(response, status, registryCode, message));
    const { registry } = clientOf(t, server.url, { name: ECR, side: "target" });
    await assert.rejects(registry.putManifest("team/app", "1", MANIFEST), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.equal(error.code, code);
      assert.match(error.hint, hint);
      assert.doesNotMatch(error.hint, /grant ecr:/);
      return true;
    });
    assert.equal(server.seen.length, 1);
  });
}

for (const status of [400, 401, 403]) {
  test(`a token that ECR calls expired with ${status}, also after its renewal, is about the token and the clock`, async (t) => {
    const words = "Your authorization token has expired. Reauthenticate and try again.";
    const server = await serve(t, (_request, response) =>
      refuse(response, status, "DENIED", words, { "www-authenticate": "Basic realm=r" }),
    );
    let password = 0;
    const lookup = async () => ({ username: "AWS", password: String((password += 1)) });
    const { registry } = clientOf(t, server.url, { name: ECR, side: "target", credentials: { lookup } });
    await assert.rejects(registry.putManifest("team/app", "1", MANIFEST), {
      code: "UNAUTHORIZED",
      message: /token has expired/,
      hint: /^check this machine's clock, and sign in again/,
    });
  });
}
