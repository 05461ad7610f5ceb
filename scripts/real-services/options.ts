import { parseArgs } from "node:util";
import { PULLS_NEEDED } from "./docker-hub-probes.ts";

export type Service = "docker-hub" | "ecr";

export interface Options {
  /** False: only print what would be done. */
  yes: boolean;
  services: ReadonlySet<Service>;
  region: string | undefined;
  /** Prefix of all created repositories. */
  prefix: string;
  /** A small multi-platform image, such as `library/hello-world:latest`. */
  image: string;
  maxPulls: number;
  /** Docker Hub's registry. */
  endpoint: string;
}

export const USAGE = `usage: node scripts/check-real-services.ts [--yes] [--only docker-hub|ecr]
         [--region REGION] [--prefix PREFIX] [--image REPOSITORY:TAG] [--max-pulls N]

Checks the sandbox's quirks against the real Docker Hub and the real Amazon ECR. Without --yes, only prints what it
would do and sends no requests.

  --yes            run the checks: creates repositories in your AWS account and spends Docker Hub pulls of your address
  --only SERVICE   check only this service: docker-hub or ecr
  --region REGION  AWS Region (default: AWS_REGION)
  --prefix PREFIX  create repositories PREFIX/<random>/…, which are deleted at the end (default: mirrorform-check)
  --image IMAGE    image to read from Docker Hub (default: library/hello-world:latest)
  --max-pulls N    maximum number of pulls to spend; probes that need more fail (default: ${PULLS_NEEDED})
`;

/** One component of an ECR repository name. */
const PREFIX = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const IMAGE = /^[a-z0-9]+(?:[._-][a-z0-9]+)*\/[a-z0-9]+(?:[._-][a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Reads the command line. @returns the options, or an error message */
export function readOptions(
  args: string[],
  environment: Readonly<Record<string, string | undefined>>,
): Options | string {
  const { values } = parseArgs({
    args,
    options: {
      yes: { type: "boolean", default: false },
      only: { type: "string" },
      region: { type: "string" },
      prefix: { type: "string", default: "mirrorform-check" },
      image: { type: "string", default: "library/hello-world:latest" },
      "max-pulls": { type: "string", default: String(PULLS_NEEDED) },
    },
  });
  const { only, prefix, image, yes } = values;
  if (only !== undefined && only !== "docker-hub" && only !== "ecr")
    return `--only ${only}: expected docker-hub or ecr`;
  if (!PREFIX.test(prefix)) return `--prefix ${prefix}: expected lower-case letters, digits and single . _ -`;
  if (!IMAGE.test(image)) return `--image ${image}: expected NAMESPACE/NAME:TAG`;
  if (!/^\d{1,2}$/.test(values["max-pulls"])) return "--max-pulls: expected a number from 0 to 99";
  const region = values.region ?? environment["AWS_REGION"];
  const services = new Set<Service>(only === undefined ? ["docker-hub", "ecr"] : [only]);
  if (yes && services.has("ecr") && region === undefined) return "no Region: use --region or set AWS_REGION";
  return {
    yes,
    services,
    region,
    prefix,
    image,
    maxPulls: Number(values["max-pulls"]),
    endpoint: environment["MIRRORFORM_ENDPOINT_DOCKER_IO"] ?? "https://registry-1.docker.io",
  };
}
