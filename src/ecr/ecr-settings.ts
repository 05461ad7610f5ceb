/** How an `ecr` target is reached. What is missing comes from the AWS defaults: environment, profile, role of the machine. */
export interface EcrSettings {
  region?: string;
  /** The 12 digits of the account that the credentials must be for: another one is an error before anything is written. */
  account?: string;
  /** A profile of the AWS configuration files. */
  profile?: string;
  /** ARN of a role to assume. */
  role?: string;
}
