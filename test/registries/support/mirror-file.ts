import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY } from "./seed.ts";

/** Expires untagged images. The real ECR accepts this policy. */
export const LIFECYCLE_POLICY = {
  rules: [
    {
      rulePriority: 1,
      description: "untagged images go after two weeks",
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
      action: { type: "expire" },
    },
  ],
};

/** Allows another account to pull. */
export const REPOSITORY_POLICY = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "pull",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::210987654321:root" },
      Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"],
    },
  ],
};

export interface MirrorFileOptions {
  /** The source registry: `127.0.0.1:40001`. */
  source: string;
  /** The docker-registry to mirror to, if any. */
  target?: string;
  tags: readonly string[];
  refresh: "always" | "missing";
}

/** Writes `mirrors.yaml` and its policies to `folder`. The environment provides the `ecr` target. @returns its path */
export async function writeMirrorFile(folder: string, options: MirrorFileOptions): Promise<string> {
  const { source, target, tags, refresh } = options;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "lifecycle.json"), JSON.stringify(LIFECYCLE_POLICY, undefined, 2));
  await writeFile(join(folder, "policy.json"), JSON.stringify(REPOSITORY_POLICY, undefined, 2));
  const lines = [
    "version: 1",
    "name: registries",
    "targets:",
    ...(target === undefined ? [] : [`  plain: { oci: "http://${target}/mirror" }`]),
    "  ecr: { ecr: { region: eu-central-1 } }",
    "repositories:",
    "  tagMutability: IMMUTABLE",
    "  scanOnPush: true",
    "  lifecyclePolicy: ./lifecycle.json",
    "  policy: ./policy.json",
    "  tags: { team: platform }",
    "sources:",
    `  "${source}": { endpoint: "http://${source}" }`,
    "mirrors:",
    `  - image: ${source}/${REPOSITORY}`,
    `    tags: [${tags.map((tag) => JSON.stringify(tag)).join(", ")}]`,
    `    to: "${REPOSITORY}:{tag}"`,
    `    refresh: ${refresh}`,
  ];
  const path = join(folder, "mirrors.yaml");
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}
