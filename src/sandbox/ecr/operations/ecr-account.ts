import { AwsError, invalidParameter } from "../ecr-error.ts";
import { secretOf } from "../../aws/ecr-identity.ts";
import { optionalTexts, text } from "../ecr-input.ts";
import { seconds } from "../ecr-state.ts";
import type { EcrCall, Operation } from "../ecr-state.ts";

/** Operations on an account's registry as a whole. */
export const accountOperations: Readonly<Record<string, Operation>> = {
  GetAuthorizationToken: authorizationToken,
  DescribeRegistry: ({ region }) => ({
    registryId: region.account,
    replicationConfiguration: { rules: [] },
  }),
  GetAccountSetting: ({ input, region }) => {
    const name = settingName(text(input, "name"));
    return { name, value: region.accountSettings.get(name) ?? SETTINGS[name]?.[0] };
  },
  PutAccountSetting: ({ input, region }) => {
    const name = settingName(text(input, "name"));
    const value = text(input, "value");
    if (!SETTINGS[name]?.includes(value))
      throw invalidParameter("value", `must be one of [${SETTINGS[name]?.join(", ")}]`);
    region.accountSettings.set(name, value);
    return { name, value };
  },
};

/** The setting that allows mounting blobs from one repository into another, off by default (announced 2026-01-20). */
export const BLOB_MOUNTING = "BLOB_MOUNTING";

/** The values of each account setting, default first. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  [BLOB_MOUNTING]: ["DISABLED", "ENABLED"],
  BASIC_SCAN_TYPE_VERSION: ["AWS_NATIVE"],
  REGISTRY_POLICY_SCOPE: ["V2"],
};

/** Issues one password for all requested registries in this Region. */
async function authorizationToken({ input, principal, region, rules }: EcrCall): Promise<object> {
  const password = secretOf(`registry password ${rules.tokens.size + 1}`);
  const expiresAt = new Date(rules.clock().getTime() + rules.tokenLifetimeSeconds * 1000);
  rules.tokens.set(password, { principal, region: region.region, expiresAt });
  const accounts = optionalTexts(input, "registryIds") ?? [region.account];
  const registries = await Promise.all(accounts.map((account) => rules.region(account, region.region)));
  return {
    authorizationData: registries.map(({ host }) => ({
      authorizationToken: Buffer.from(`AWS:${password}`).toString("base64"),
      expiresAt: seconds(expiresAt),
      proxyEndpoint: `http://${host}`,
    })),
  };
}

function settingName(name: string): string {
  if (SETTINGS[name] === undefined) {
    throw new AwsError(
      "InvalidParameterException",
      `Invalid parameter at 'name': no account setting is called '${name}'`,
    );
  }
  return name;
}
