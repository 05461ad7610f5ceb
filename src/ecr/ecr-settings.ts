/** How to reach an `ecr` target. AWS defaults fill in what is missing: environment, profile, or the role of the machine. */
export interface EcrSettings {
  region?: string;
  /** 12 digits. Credentials for another account are an error before anything is written. */
  account?: string;
  /** A profile in the AWS configuration files. */
  profile?: string;
  /** ARN of a role to assume. */
  role?: string;
}
