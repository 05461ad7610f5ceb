import assert from "node:assert/strict";
import type { TestContext } from "node:test";

import type { RoleName } from "../../../src/cli/iam/calls.ts";
import type { RolePolicy } from "../../../src/cli/iam/policies.ts";
import { assumedRole, type Principal } from "../../../src/sandbox/aws/ecr-identity.ts";
import type { IamPolicy } from "../../../src/sandbox/aws/iam-policy.ts";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { request } from "../../sandbox/support/http.ts";
import { runHere, type RanHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";

const ACCOUNT = "123456789012";
const LIFECYCLE =
  "{ rules: [{ rulePriority: 1, selection: { tagStatus: untagged, countType: imageCountMoreThan, countNumber: 9 }, action: { type: expire } }] }";
const POLICY =
  '{ Version: 2012-10-17, Statement: [{ Sid: pull, Effect: Allow, Principal: { AWS: "210987654321" }, Action: ["ecr:BatchGetImage"] }] }';

/** Mirrored before repositories are changed by hand. */
const BEFORE = `
version: 1
name: platform
targets: { main: { ecr: { account: "${ACCOUNT}" } } }
repositories: { encryption: { kms: alias/mirrors } }
mirrors:
  - { image: redis:7, to: drifted }
  - { image: redis:7, to: "drifted:undeclared" }
  - { image: redis:7, to: cleared, repositories: { lifecyclePolicy: ${LIFECYCLE}, policy: ${POLICY} } }
`;

/** Gives plan and apply something of every kind to do. */
export const FILE = `
version: 1
name: platform
targets: { main: { ecr: { account: "${ACCOUNT}" } } }
repositories: { encryption: { kms: alias/mirrors } }
mirrors:
  - image: redis:7
    to: drifted
    prune: true
    repositories: { tagMutability: IMMUTABLE, scanOnPush: true, lifecyclePolicy: ${LIFECYCLE}, policy: ${POLICY}, tags: { team: a } }
  - { image: redis:7, to: cleared, platforms: [linux/amd64], repositories: { lifecyclePolicy: none, policy: none } }
  - { image: redis:7, to: adopted, repositories: { adopt: true, encryption: AES256 } }
  - { image: redis:7, to: fresh }
  - { image: "nginx:1", to: fresh-nginx }
`;

/** Only for the sandbox: at AWS, the registry's host contains the account, and this call is not needed. */
const SANDBOX_ONLY: IamPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "ecr:DescribeRegistry", Resource: "*" }],
};

/** Full permissions. */
export const EVERYTHING: IamPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** A sandbox where {@link FILE} needs every kind of change, and runs of it with restricted permissions. */
export interface Drifted {
  sandbox: Sandbox;
  /** Runs a command as a principal that has only these policies. */
  runAs(policies: readonly IamPolicy[], command: string): Promise<RanHere>;
  /** Calls ECR as that principal or with full permissions. @returns the exception's name */
  call(who: "restricted" | "unrestricted", operation: string, input: object): Promise<string | undefined>;
  close(): Promise<void>;
}

export async function startDrifted(): Promise<Drifted> {
  const sandbox = await startSandbox({
    images: ["redis:7", "nginx:1"],
    imageOptions: { form: "oci-manifest", layers: 1, layerBytes: 64 },
    pullLimit: "unlimited",
  });
  const folder = await folderWith({ "before.yaml": BEFORE, "mirrors.yaml": FILE });
  const restricted: Principal = assumedRole(ACCOUNT, "mirror", "mirrorform");
  const key = sandbox.ecr.issue(restricted, 3600);
  const environment: Record<string, string> = { ...sandbox.environment, HOME: folder.path };
  const restrictedEnvironment = {
    ...environment,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_SESSION_TOKEN: key.sessionToken,
  };
  const call: Drifted["call"] = async (who, operation, input) => {
    const credential =
      who === "restricted" ? restrictedEnvironment.AWS_ACCESS_KEY_ID : environment["AWS_ACCESS_KEY_ID"];
    const reply = await request(sandbox.ecr.api.url, {
      method: "POST",
      body: Buffer.from(JSON.stringify(input)),
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}/20260101/us-east-1/ecr/aws4_request, SignedHeaders=host, Signature=0`,
        "x-amz-target": `AmazonEC2ContainerRegistry_V20150921.${operation}`,
        "content-type": "application/x-amz-json-1.1",
        ...(who === "restricted" && key.sessionToken !== undefined ? { "x-amz-security-token": key.sessionToken } : {}),
      },
    });
    return reply.status === 200 ? undefined : String(reply.headers["x-amzn-errortype"]);
  };
  let closing: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    await (closing ??= Promise.all([sandbox.close(), folder.remove()]));
  };
  try {
    await prepare();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    sandbox,
    call,
    runAs(policies, command) {
      sandbox.ecr.enforce(restricted.arn, [...policies, SANDBOX_ONLY]);
      return runHere([command, "--json", "--file", `${folder.path}/mirrors.yaml`], restrictedEnvironment);
    },
    close,
  };

  async function prepare(): Promise<void> {
    const before = await runHere(["apply", "--file", `${folder.path}/before.yaml`], environment);
    assert.equal(before.code, 0, before.stdout + before.stderr);
    assert.equal(await call("unrestricted", "CreateRepository", { repositoryName: "adopted" }), undefined);
    assert.equal(await call("unrestricted", "CreateRepository", { repositoryName: "not-in-the-file" }), undefined);
  }
}

/** Like {@link startDrifted}, and closes the sandbox after the test. */
export async function drifted(t: TestContext): Promise<Drifted> {
  const place = await startDrifted();
  t.after(() => place.close());
  return place;
}

/** Returns the output of `mirrorform iam` for {@link FILE}. */
export async function printedPolicies(
  role: RoleName,
  file = FILE,
  more: readonly string[] = [],
): Promise<RolePolicy[]> {
  const folder = await folderWith({ "mirrors.yaml": file });
  try {
    const args = ["iam", "--json", "--role", role, "--file", `${folder.path}/mirrors.yaml`, ...more];
    const { code, stdout, stderr } = await runHere(args, { AWS_REGION: "us-east-1" });
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { policies: RolePolicy[] }).policies;
  } finally {
    await folder.remove();
  }
}
