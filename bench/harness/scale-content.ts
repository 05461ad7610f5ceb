import type { RepositoryTags } from "../tools/tool.ts";

/** What Docker Hub and ECR both hold. */
export type ScaleContent = readonly RepositoryTags[];

/** The name of the mirror file. */
export const OWNER = "scale";

/** As a mirror file has it, and as ECR does. */
export const LIFECYCLE_POLICY = {
  rules: [
    {
      rulePriority: 1,
      selection: {
        tagStatus: "tagged",
        tagPatternList: ["*-nightly"],
        countType: "imageCountMoreThan",
        countNumber: 5,
      },
      action: { type: "expire" },
    },
  ],
} as const;

/** Tags over repositories, each with as many. */
export function scaleContent(tags: number, tagsOfEach: number): ScaleContent {
  const versions = Array.from({ length: tagsOfEach }, (_, i) => `1.${i}.0`);
  return Array.from({ length: tags / tagsOfEach }, (_, i) => ({
    repository: `team${i % 10}/app-${i}`,
    tags: versions,
  }));
}
