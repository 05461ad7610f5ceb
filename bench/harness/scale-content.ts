import type { RepositoryTags } from "../tools/tool.ts";

/** The content of both Docker Hub and ECR. */
export type ScaleContent = readonly RepositoryTags[];

/** The name of the mirror file. */
export const OWNER = "scale";

/** The lifecycle policy in the mirror file and in ECR. */
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

/** Distributes `tags` over repositories with `tagsPerRepository` tags each. */
export function scaleContent(tags: number, tagsPerRepository: number): ScaleContent {
  const versions = Array.from({ length: tagsPerRepository }, (_, i) => `1.${i}.0`);
  return Array.from({ length: tags / tagsPerRepository }, (_, i) => ({
    repository: `team${i % 10}/app-${i}`,
    tags: versions,
  }));
}
