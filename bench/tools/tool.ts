import type { Command } from "../harness/measure.ts";

/** Repositories and tags, the same at the source and at each target. */
export interface RepositoryTags {
  repository: string;
  tags: readonly string[];
}

/** What a tool must copy. */
export interface CopyJob {
  /** `127.0.0.1:40123` */
  source: string;
  targets: readonly string[];
  repositories: readonly RepositoryTags[];
  /** All blobs, for the curl baselines. */
  blobs: readonly { digest: string; size: number }[];
  /** A new folder for the tool's files. */
  folder: string;
}

/** A program to measure. */
export interface Tool {
  name: string;
  /** Returns why the tool cannot run, or undefined. */
  unavailable(): string | undefined;
  version(): string;
  /** Writes the files that the tool needs, and returns its command. Not included in the measurement. */
  prepare(job: CopyJob): Promise<Command>;
  /** The command and configuration, for RESULTS.md. */
  described: string;
}

/** Concurrent requests per registry, mirrorform's default, for tools with such an option. */
export const CONCURRENT_REQUESTS = 6;
/** Concurrent images, for tools with such an option. */
export const CONCURRENT_IMAGES = 4;

/** Lists the source and target of each tag. */
export function copies(job: CopyJob): { source: string; target: string }[] {
  return job.targets.flatMap((target) =>
    job.repositories.flatMap(({ repository, tags }) =>
      tags.map((tag) => ({ source: `${job.source}/${repository}:${tag}`, target: `${target}/${repository}:${tag}` })),
    ),
  );
}
