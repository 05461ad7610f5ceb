import { GetAccountSettingCommand } from "@aws-sdk/client-ecr";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { OPTIONAL_ATTEMPTS, optionalReading } from "../../repository/optional-reading.ts";
import type { AccountSettings } from "../../repository/account-state.ts";

const BLOB_MOUNTING = "BLOB_MOUNTING";

/** Reads the account settings (GetAccountSetting). */
export async function readAccountSettings(client: EcrClient, signal?: AbortSignal): Promise<AccountSettings> {
  const call: EcrCall = {
    operation: `read account setting ${BLOB_MOUNTING} of`,
    action: "GetAccountSetting",
    reference: client.registry,
    resource: "*",
    refusal: "UNEXPECTED_RESPONSE",
    attempts: OPTIONAL_ATTEMPTS,
  };
  const command = new GetAccountSettingCommand({ name: BLOB_MOUNTING });
  const blobMounting = await optionalReading(signal, async () => {
    const { value } = await client.call(call, signal, (sdk, options) => sdk.send(command, options));
    return value === "ENABLED";
  });
  return { blobMounting };
}
