import { parseArgs } from "node:util";
import { PULLS_NEEDED } from "./docker-hub-probes.ts";

export type Service = "docker-hub" | "ecr";

export interface Options {
  /** False: only say what would be done. */
  yes: boolean;
  services: ReadonlySet<Service>;
  region: string | undefined;
  /** Every repository that is made has a name beginning so. */
  prefix: string;
  /** `library/hello-world:latest`: small, and multi-platform. */
  image: string;
  maxPulls: number;
  /** Docker Hub's registry. */
  endpoint: string;
}

export const USAGE = `usage: node scripts/check-real-services.ts [--yes] [--only docker-hub|ecr]
         [--region REGION] [--prefix PREFIX] [--image REPOSITORY:TAG] [--max-pulls N]

Checks the sandbox's table of quirks against the real Docker Hub and the real Amazon ECR. Without --yes it only
says what it would do, and sends nothing.

  --yes            really do it: makes repositories in your AWS account and spends Docker Hub pulls of your address
  --only SERVICE   one of the two services
  --region REGION  the AWS Region; by default AWS_REGION
  --prefix PREFIX  the repositories are PREFIX/<random>/…, and are removed at the end (mirrorform-check)
  --image IMAGE    the image that is read at Docker Hub (library/hello-world:latest)
  --max-pulls N    spend no more pulls than this (${PULLS_NEEDED}); with fewer, probes that lack them fail
`;

/** ECR's repository names, one component. */
const PREFIX = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const IMAGE = /^[a-z0-9]+(?:[._-][a-z0-9]+)*\/[a-z0-9]+(?:[._-][a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Reads the command line. @returns the options, or what is wrong with them */
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
  if (yes && services.has("ecr") && region === undefined) return "no Region: give --region, or set AWS_REGION";
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
