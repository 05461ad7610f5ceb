import type { Command } from "./command.ts";

const COMMON_OPTIONS = {
  file: { type: "string", short: "f" },
  json: { type: "boolean" },
  "no-color": { type: "boolean" },
} as const;

const COMMON_HELP = {
  file: "the mirror file (default: mirrors.yaml)",
  json: "print one JSON document instead of text",
  "no-color": "no colours; NO_COLOR in the environment does the same",
};

const NETWORK_OPTIONS = {
  ...COMMON_OPTIONS,
  target: { type: "string", multiple: true },
  only: { type: "string", multiple: true },
  "allow-deletions": { type: "string", multiple: true },
  verbose: { type: "boolean" },
} as const;

const NETWORK_HELP = {
  ...COMMON_HELP,
  target: "only this target of the mirror file; may be repeated",
  only: "only images whose name or place at the target matches this glob; may be repeated",
  "allow-deletions": "delete more than 30 % of this repository's tags, should the plan say so; may be repeated",
  verbose: "one line for each request, on standard error",
};

/** Every command. Their code is loaded when they run: the AWS SDK alone takes longer to load than `validate` to run. */
export const COMMANDS: readonly Command[] = [
  {
    name: "init",
    summary: "write a first mirror file; asks no network",
    usage: "init [--file FILE] [--from IMAGE...]",
    options: { ...COMMON_OPTIONS, from: { type: "string", multiple: true } },
    optionHelp: { ...COMMON_HELP, from: "an image to begin with; more may follow it" },
    examples: ["mirrorform init", "mirrorform init --from python:3.12-slim redis:7"],
    maxArguments: Infinity,
    takesCommand: false,
    run: async (input, context) => (await import("../commands/init.ts")).init(input, context),
  },
  {
    name: "validate",
    summary: "read and check the mirror file and its lock; asks no network",
    usage: "validate [--file FILE] [--code-quality FILE] [--json]",
    options: { ...COMMON_OPTIONS, "code-quality": { type: "string" } },
    optionHelp: { ...COMMON_HELP, "code-quality": "write the problems to this file, as GitLab reads them" },
    examples: ["mirrorform validate", "mirrorform validate --file teams/web.yaml"],
    takesCommand: false,
    run: async (input, context) => (await import("../commands/validate.ts")).validate(input, context),
  },
  {
    name: "plan",
    summary: "show what apply would change; writes nothing and spends no pull",
    usage:
      "plan [--file FILE] [--target NAME] [--only GLOB] [--explain] [--out PLAN] [--detailed-exitcode] [--markdown FILE] [--json]",
    options: {
      ...NETWORK_OPTIONS,
      explain: { type: "boolean" },
      "detailed-exitcode": { type: "boolean" },
      markdown: { type: "string" },
      summary: { type: "string" },
      "json-out": { type: "string" },
      out: { type: "string" },
    },
    optionHelp: {
      ...NETWORK_HELP,
      out: "save the plan to this file, for apply",
      explain: "say of each tag that a rule looked at whether it is chosen, and which step dropped it",
      "detailed-exitcode": "end with 2 when anything differs, 0 when nothing does",
      markdown: "write the plan to this file as a comment for a pull request, of at most 65,000 bytes",
      summary: "append the same to this file with room for 1 MB: $GITHUB_STEP_SUMMARY",
      "json-out": "write what --json prints to this file too",
    },
    examples: [
      "mirrorform plan",
      "mirrorform plan --only 'node*'",
      "mirrorform plan --explain --only node",
      "mirrorform plan --out plan.json",
    ],
    takesCommand: false,
    run: async (input, context) => (await import("../commands/plan.ts")).plan(input, context),
  },
  {
    name: "apply",
    summary: "carry a saved plan out, or plan and carry that out",
    usage:
      "apply [PLAN] [--file FILE] [--target NAME] [--only GLOB] [--wait[=DURATION]] [--report FILE] [--events FILE] [--json]",
    options: {
      ...NETWORK_OPTIONS,
      partial: { type: "boolean" },
      "trust-plan": { type: "boolean" },
      wait: { type: "string" },
      report: { type: "string" },
      events: { type: "string" },
    },
    optionHelp: {
      ...NETWORK_HELP,
      partial: "apply a saved plan although something could not be read when it was made",
      "trust-plan": "copy the digests of the saved plan, whatever the tags name now: its origin is trusted",
      wait: "wait for the pull allowance, at most so long (30m, 2h), instead of ending with 4",
      report: "write what --json prints to this file too, whatever happens",
      events: "write what happens to this file, one JSON document a line",
    },
    examples: ["mirrorform apply", "mirrorform apply --target seoul", "mirrorform apply plan.json"],
    maxArguments: 1,
    takesCommand: false,
    run: async (input, context) => (await import("../commands/apply.ts")).apply(input, context),
  },
  {
    name: "uris",
    summary: "show where each image is found once it is mirrored, for builds",
    usage: "uris [--file FILE] [--target NAME] [--only GLOB] [--format FORMAT] [--pin]",
    options: { ...NETWORK_OPTIONS, format: { type: "string" }, pin: { type: "boolean" } },
    optionHelp: {
      ...NETWORK_HELP,
      json: "the same as --format json",
      format: "table (unless said), json, dotenv, build-args, bake or tfvars",
      pin: "by digest, as the target has it now, in place of the tag",
    },
    examples: [
      "mirrorform uris",
      "docker build $(mirrorform uris --format build-args --only 'ruby*') .",
      "mirrorform uris --format dotenv --pin > images.env",
    ],
    takesCommand: false,
    run: async (input, context) => (await import("../commands/uris.ts")).uris(input, context),
  },
  {
    name: "lock",
    summary: "write down which digests may be copied, beside the mirror file; spends no pull",
    usage: "lock [--file FILE] [--update [GLOB] | --check] [--json]",
    options: {
      ...COMMON_OPTIONS,
      update: { type: "string", multiple: true },
      check: { type: "boolean" },
      verbose: NETWORK_OPTIONS.verbose,
    },
    optionHelp: {
      ...COMMON_HELP,
      update: "move what is locked to what its tag names now: all, or what matches the glob; may be repeated",
      check: "only compare lock and mirror file, without a network; ends with 1 when they disagree",
      verbose: NETWORK_HELP.verbose,
    },
    optionalValues: { update: "**" },
    examples: [
      "mirrorform lock",
      "mirrorform lock --update",
      "mirrorform lock --update 'node*'",
      "mirrorform lock --check",
    ],
    takesCommand: false,
    run: async (input, context) => (await import("../commands/lock.ts")).lock(input, context),
  },
  {
    name: "iam",
    summary: "print the least IAM policies that this file's plan and apply need; asks no network",
    usage: "iam [--file FILE] [--role plan|apply] [--target NAME] [--account ID] [--region REGION] [--json]",
    options: {
      ...COMMON_OPTIONS,
      role: { type: "string" },
      target: NETWORK_OPTIONS.target,
      account: { type: "string" },
      region: { type: "string" },
    },
    optionHelp: {
      ...COMMON_HELP,
      role: "only the policy of this role, plan or apply, as one JSON document for the AWS command line",
      target: "only the policy that reaches this target of the mirror file; may be repeated",
      account: "the AWS account of targets whose account the mirror file does not say",
      region: "the AWS Region of targets whose Region the mirror file does not say",
    },
    examples: [
      "mirrorform iam",
      "mirrorform iam --role apply --account 123456789012 > policy.json",
      "aws iam put-role-policy --role-name mirror --policy-name mirrorform --policy-document file://policy.json",
    ],
    takesCommand: false,
    run: async (input, context) => (await import("../commands/iam.ts")).iam(input, context),
  },
  {
    name: "quota",
    summary: "show what is left of Docker Hub's pull allowance, and whose it is; spends no pull",
    usage: "quota [--file FILE] [--json]",
    options: { ...COMMON_OPTIONS, verbose: NETWORK_OPTIONS.verbose },
    optionHelp: { ...COMMON_HELP, verbose: NETWORK_HELP.verbose },
    examples: ["mirrorform quota"],
    takesCommand: false,
    run: async (input, context) => (await import("../commands/quota.ts")).quota(input, context),
  },
  {
    name: "sandbox",
    summary: "run a Docker Hub and an ECR on loopback, for trying a mirror file",
    usage: "sandbox [--file FILE] [--json | -- COMMAND...]",
    options: { file: COMMON_OPTIONS.file, json: COMMON_OPTIONS.json },
    optionHelp: {
      file: "serve the images that this mirror file names (default: mirrors.yaml)",
      json: "print the settings as one JSON document; not with a command, whose output is its own",
    },
    examples: ["mirrorform sandbox", "mirrorform sandbox -- mirrorform plan"],
    takesCommand: true,
    run: async (input, context) => (await import("../commands/sandbox.ts")).sandbox(input, context),
  },
  {
    name: "demo",
    summary: "sandbox, plan, apply, plan: the whole path, without an account",
    usage: "demo [--json]",
    options: { json: COMMON_OPTIONS.json, "no-color": COMMON_OPTIONS["no-color"] },
    optionHelp: { json: COMMON_HELP.json, "no-color": COMMON_HELP["no-color"] },
    examples: ["mirrorform demo"],
    takesCommand: false,
    run: async (input, context) => (await import("../commands/demo.ts")).demo(input, context),
  },
];
