import { GetRegistryScanningConfigurationCommand } from "@aws-sdk/client-ecr";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import type { RegistryScanning } from "../../repository/registry-scanning.ts";

/** Reads the registry's scanning rules (GetRegistryScanningConfiguration). @throws MirrorError DENIED, … */
export async function readRegistryScanning(client: EcrClient, signal?: AbortSignal): Promise<RegistryScanning> {
  const call: EcrCall = {
    operation: "read registry scanning configuration of",
    action: "GetRegistryScanningConfiguration",
    reference: client.registry,
    resource: "*",
    refusal: "UNEXPECTED_RESPONSE",
  };
  const { scanningConfiguration: found } = await client.call(call, signal, (sdk, options) =>
    sdk.send(new GetRegistryScanningConfigurationCommand({}), options),
  );
  return {
    type: found?.scanType === "ENHANCED" ? "ENHANCED" : "BASIC",
    rules: (found?.rules ?? []).map(({ scanFrequency, repositoryFilters }) => ({
      frequency: scanFrequency ?? "MANUAL",
      filters: (repositoryFilters ?? []).flatMap(({ filter }) => filter ?? []),
    })),
  };
}
