import { isRegion, nearestRegion, partitionOf } from "./aws-region.ts";

/** Which of AWS's endpoints to use. */
export interface EndpointVariant {
  /** Endpoints with IPv6 and IPv4. */
  isDualStack: boolean;
  /** Endpoints with FIPS 140-3 validated cryptography. */
  isFips: boolean;
}

/** The endpoints that AWS uses by default. */
export const STANDARD: EndpointVariant = { isDualStack: false, isFips: false };

/** The host of a private ECR registry. */
export interface EcrHost extends EndpointVariant {
  /** 12 digits. */
  account: string;
  region: string;
}

const HOST = /^(\d{12})\.dkr([.-])ecr(-fips)?\.([a-z0-9-]+)\.(.+)$/;

/**
 * Reads the host of an ECR registry: standard, dual-stack or FIPS (ECR user guide, "Making requests"). The domain must
 * be that of the Region's partition. Undefined for other hosts, including those that only look similar.
 */
export function readEcrHost(host: string): EcrHost | undefined {
  const [, account = "", separator, fips, region = "", domain] = HOST.exec(host) ?? [];
  if (!isRegion(region)) return undefined;
  const isDualStack = separator === "-";
  const partition = partitionOf(region);
  const own = isDualStack ? partition.dualStackRegistryDomain : partition.domain;
  return domain === own ? { account, region, isDualStack, isFips: fips !== undefined } : undefined;
}

/** Formats the host of an ECR registry. Uses the standard endpoint where AWS has published no dual-stack one. */
export function formatEcrHost({ account, region, isDualStack, isFips }: EcrHost): string {
  const { domain, dualStackRegistryDomain } = partitionOf(region);
  const fips = isFips ? "-fips" : "";
  return isDualStack && dualStackRegistryDomain !== undefined
    ? `${account}.dkr-ecr${fips}.${region}.${dualStackRegistryDomain}`
    : `${account}.dkr.ecr${fips}.${region}.${domain}`;
}

/** Returns the host of the same registry with the wanted endpoint. Leaves other hosts as they are. */
export function withVariant(host: string, { isDualStack, isFips }: EndpointVariant): string {
  const ecr = readEcrHost(host);
  if (ecr === undefined) return host;
  return formatEcrHost({ ...ecr, isDualStack: ecr.isDualStack || isDualStack, isFips: ecr.isFips || isFips });
}

/** Whether two hosts are endpoints of the same ECR registry. */
export function isSameEcr(one: string, other: string): boolean {
  const [a, b] = [readEcrHost(one), readEcrHost(other)];
  return a !== undefined && b !== undefined && a.account === b.account && a.region === b.region;
}

/** The domains of AWS, in which a host that looks like an ECR must be one. */
const AWS_DOMAIN = /\.(?:amazonaws\.(?:com|com\.cn|eu)|on\.aws|on\.amazonwebservices\.(?:com\.cn|eu))$/;
const LOOKS_LIKE_ECR = /(?:^|\.)dkr[.-]ecr(?:-fips)?\.(?:([^.]+)\.)?/;

/** Why a host is no ECR registry, and the host that was probably meant. */
export interface EcrLookalike {
  message: string;
  hint: string;
}

/**
 * Describes why a host of AWS that looks like an ECR registry is none: `123456789012.dkr.ecr.s3.amazonaws.com` belongs
 * to a customer of S3. Undefined for ECR registries and for hosts outside AWS.
 * @param host without a port, in lower case
 */
export function ecrLookalike(host: string): EcrLookalike | undefined {
  const [, label = ""] = LOOKS_LIKE_ECR.exec(host) ?? [];
  if (!AWS_DOMAIN.test(host) || !LOOKS_LIKE_ECR.test(host) || readEcrHost(host) !== undefined) return undefined;
  const account = /^(\d{12})\./.exec(host)?.[1];
  const region = isRegion(label) ? label : undefined;
  const problem =
    account === undefined
      ? "it does not start with a 12-digit account ID"
      : region === undefined
        ? `${JSON.stringify(label)} is not an AWS Region`
        : `Region ${region} has another domain`;
  return {
    message: `${JSON.stringify(host)} is not the host of an ECR registry: ${problem}`,
    hint: `write ${hostMeant(host, account, region ?? nearestRegion(label))}`,
  };
}

/** Shows the form of the host, with the parts of it that are known. */
function hostMeant(host: string, account: string | undefined, region: string | undefined): string {
  const form = { isDualStack: /(?:^|\.)dkr-/.test(host), isFips: host.includes("ecr-fips.") };
  const meant = formatEcrHost({ ...form, account: account ?? "ACCOUNT", region: region ?? "us-east-1" });
  if (region !== undefined) return account === undefined ? `${meant}, with 12 digits for ACCOUNT` : meant;
  return `${meant.replace("us-east-1", "REGION")}, such as us-east-1 for REGION`;
}
