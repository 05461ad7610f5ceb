import { OCI_INDEX } from "../../../src/oci/media-type.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { digest, ecr, failed, found, image, listed, NO_PRUNING, plan, POLICY, repository } from "../../plan/state.ts";

/** Every kind of row in one plan. */
export function everything(): Plan {
  const immutable = { tagMutability: { default: "IMMUTABLE" as const, except: ["latest"] } };
  return plan(
    [
      image("ruby:2.7.1-slim", "nomorelimit:ruby", { settings: { ...immutable, scanOnPush: true, ...POLICY } }),
      image("node:22", "node:22"),
      image("nginx:1", "nginx:1"),
      image("redis:7", "redis:7"),
      image("ghcr.io/team/app:1", "app:1"),
      image("same:1", "same:1"),
      image("theirs:1", "theirs:1"),
      image("python:3", "python:3", { replace: { backup: "{tag}-before-{date}" } }),
      image("many:1", "many:1"),
    ],
    listed(
      ecr(
        [
          repository("python", immutable),
          repository("many"),
          repository("node"),
          repository("nginx", immutable),
          repository("redis"),
          repository("app"),
          repository("same"),
          repository("theirs", { tags: { mirrorform: "other" } }),
        ],
        {
          "node:22": digest("old"),
          "nginx:1": digest("old"),
          "redis:7": digest("old"),
          "same:1": digest("same"),
          "theirs:1": digest("theirs"),
          "python:3": digest("old"),
          "many:1": digest("same"),
        },
      ),
      {
        "node:20": digest("older"),
        "same:tmp": digest("other"),
        ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`many:old-${i + 10}`, digest("older")])),
      },
    ),
    {
      "docker.io/library/ruby:2.7.1-slim": found(digest("ruby"), { mediaType: OCI_INDEX, size: 2000 }),
      "docker.io/library/node:22": found(digest("node")),
      "docker.io/library/nginx:1": found(digest("nginx")),
      "docker.io/library/redis:7": failed("PULL_LIMIT"),
      "ghcr.io/team/app:1": failed("UNAUTHORIZED"),
      "docker.io/library/same:1": found(digest("same")),
      "docker.io/library/theirs:1": found(digest("theirs")),
      "docker.io/library/python:3": found(digest("python")),
      "docker.io/library/many:1": found(digest("same")),
    },
    {
      pruning: {
        ...NO_PRUNING,
        entries: ["node", "many"].map((repository) => ({ targets: ["main"], repository, tag: "{tag}" })),
      },
      contents: new Map([["docker.io/library/ruby:2.7.1-slim", { platforms: 2, bytes: 61_200_000 }]]),
      allowances: new Map([
        [
          "docker.io",
          {
            reading: { limit: 100, remaining: 87, windowSeconds: 3600, source: "203.0.113.7" },
            reserve: 20,
            credentialsUnused: false,
          },
        ],
      ]),
    },
  );
}
