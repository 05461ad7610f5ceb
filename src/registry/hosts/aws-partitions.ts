/** A group of AWS Regions with its own accounts and domains. */
export interface Partition {
  /** As in ARNs: `aws-cn`. */
  id: string;
  /** Matches the Regions of the partition, including those that mirrorform does not know yet. */
  form: RegExp;
  /** The domain of endpoints: `api.ecr.us-east-1.amazonaws.com`. */
  domain: string;
  /** The domain of dual-stack endpoints: `ecr.us-east-1.api.aws`. */
  dualStackDomain: string;
  /**
   * The domain of dual-stack registries: `….dkr-ecr.us-east-1.on.aws` (ECR user guide, "Making requests";
   * kubernetes/cloud-provider-aws, ECR credential provider). Undefined if AWS has published none.
   */
  dualStackRegistryDomain: string | undefined;
  /** The known Regions. */
  regions: readonly string[];
}

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Partitions as in the AWS SDK's endpoint rules. A test compares them with the installed SDK. */
export const PARTITIONS: readonly Partition[] = [
  {
    id: "aws",
    form: /^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]+$/,
    domain: "amazonaws.com",
    dualStackDomain: "api.aws",
    dualStackRegistryDomain: "on.aws",
    regions: words(`
      af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1
      ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6
      ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1
      eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1
      me-west-1 mx-central-1 sa-east-1 sa-west-1 us-east-1 us-east-2 us-west-1
      us-west-2
    `),
  },
  {
    id: "aws-cn",
    form: /^cn-[a-z]+-[0-9]+$/,
    domain: "amazonaws.com.cn",
    dualStackDomain: "api.amazonwebservices.com.cn",
    dualStackRegistryDomain: "on.amazonwebservices.com.cn",
    regions: ["cn-north-1", "cn-northwest-1"],
  },
  {
    id: "aws-us-gov",
    form: /^us-gov-[a-z]+-[0-9]+$/,
    domain: "amazonaws.com",
    dualStackDomain: "api.aws",
    dualStackRegistryDomain: "on.aws",
    regions: ["us-gov-east-1", "us-gov-west-1"],
  },
  {
    id: "aws-eusc",
    form: /^eusc-[a-z]+-[a-z]+-[0-9]+$/,
    domain: "amazonaws.eu",
    dualStackDomain: "api.amazonwebservices.eu",
    dualStackRegistryDomain: "on.amazonwebservices.eu",
    regions: ["eusc-de-east-1"],
  },
  {
    id: "aws-iso",
    form: /^us-iso-[a-z]+-[0-9]+$/,
    domain: "c2s.ic.gov",
    dualStackDomain: "api.aws.ic.gov",
    dualStackRegistryDomain: undefined,
    regions: ["us-iso-east-1", "us-iso-west-1"],
  },
  {
    id: "aws-iso-b",
    form: /^us-isob-[a-z]+-[0-9]+$/,
    domain: "sc2s.sgov.gov",
    dualStackDomain: "api.aws.scloud",
    dualStackRegistryDomain: undefined,
    regions: ["us-isob-east-1", "us-isob-west-1"],
  },
  {
    id: "aws-iso-e",
    form: /^eu-isoe-[a-z]+-[0-9]+$/,
    domain: "cloud.adc-e.uk",
    dualStackDomain: "api.cloud-aws.adc-e.uk",
    dualStackRegistryDomain: undefined,
    regions: ["eu-isoe-west-1"],
  },
  {
    id: "aws-iso-f",
    form: /^us-isof-[a-z]+-[0-9]+$/,
    domain: "csp.hci.ic.gov",
    dualStackDomain: "api.aws.hci.ic.gov",
    dualStackRegistryDomain: undefined,
    regions: ["us-isof-east-1", "us-isof-south-1"],
  },
];
