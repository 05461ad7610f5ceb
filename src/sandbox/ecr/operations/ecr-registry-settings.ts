import { AwsError, invalidParameter } from "../ecr-error.ts";
import { optionalNumber, optionalStructures, optionalText, optionalTexts, text } from "../ecr-input.ts";
import { DEFAULT_PAGE, pageOf } from "../ecr-page.ts";
import { seconds } from "../ecr-state.ts";
import type { EcrCall, Operation } from "../ecr-state.ts";
import type { ScanningConfiguration } from "../ecr-scanning.ts";

/** Operations on registry settings: scanning, and templates for new repositories. */
export const registrySettingOperations: Readonly<Record<string, Operation>> = {
  GetRegistryScanningConfiguration: ({ region }) => ({
    registryId: region.account,
    scanningConfiguration: region.scanning,
  }),
  PutRegistryScanningConfiguration: ({ input, region }) => {
    region.scanning = {
      scanType: optionalText(input, "scanType") ?? "BASIC",
      rules: optionalStructures(input, "rules") ?? [],
    };
    return { registryScanningConfiguration: region.scanning };
  },
  CreateRepositoryCreationTemplate: createTemplate,
  DescribeRepositoryCreationTemplates: describeTemplates,
};

/** The initial scanning configuration of a registry. */
export const NO_SCANNING_RULES: ScanningConfiguration = { scanType: "BASIC", rules: [] };

function createTemplate({ input, region, rules }: EcrCall): object {
  const prefix = text(input, "prefix");
  if (region.templates.has(prefix)) {
    const message = `The template with prefix '${prefix}' already exists in the registry with id '${region.account}'`;
    throw new AwsError("TemplateAlreadyExistsException", message);
  }
  const now = seconds(rules.clock());
  const template = {
    ...input,
    prefix,
    appliedFor: optionalTexts(input, "appliedFor") ?? [],
    createdAt: now,
    updatedAt: now,
  };
  region.templates.set(prefix, template);
  return { registryId: region.account, repositoryCreationTemplate: template };
}

function describeTemplates({ input, region }: EcrCall): object {
  const prefixes = optionalTexts(input, "prefixes");
  const wanted = [...region.templates].filter(([prefix]) => prefixes?.includes(prefix) ?? true);
  const page = pageOf(wanted, optionalText(input, "nextToken"), optionalNumber(input, "maxResults") ?? DEFAULT_PAGE);
  if (page === undefined) throw invalidParameter("nextToken", "Invalid next token provided");
  return {
    registryId: region.account,
    repositoryCreationTemplates: page.items.map(([, template]) => template),
    ...(page.next === undefined ? {} : { nextToken: page.next }),
  };
}
