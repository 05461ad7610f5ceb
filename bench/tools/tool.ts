import type { Command } from "../harness/measure.ts";

/** Repositories and tags, the same at the source and at each target. */
export interface RepositoryTags {
  repository: string;
  tags: readonly string[];
}

/** What a tool is to copy. */
export interface CopyJob {
  /** `127.0.0.1:40123` */
  source: string;
  targets: readonly string[];
  repositories: readonly RepositoryTags[];
  /** Blobs of the only image: what the floors are told. */
  blobs: readonly { digest: string; size: number }[];
  /** For the tool's own files; new for each run. */
  folder: string;
}

/** A program that is measured. */
export interface Tool {
  name: string;
  /** Why it cannot run here; undefined where it can. */
  unavailable(): string | undefined;
  version(): string;
  /** Writes the files that the tool needs, and says how it is started. Not timed. */
  prepare(job: CopyJob): Promise<Command>;
  /** For RESULTS.md: the command and what it was told in its files, with N for what differs. */
  described: string;
}

/** Requests to one registry at once, where a tool can be told: what mirrorform does unless told otherwise. */
export const REQUESTS_AT_ONCE = 6;
/** Images worked on at once, where a tool can be told. */
export const IMAGES_AT_ONCE = 4;

/** Source and target of each tag: one line a copy. */
export function copies(job: CopyJob): { source: string; target: string }[] {
  return job.targets.flatMap((target) =>
    job.repositories.flatMap(({ repository, tags }) =>
      tags.map((tag) => ({ source: `${job.source}/${repository}:${tag}`, target: `${target}/${repository}:${tag}` })),
    ),
  );
}
