/** Words that people write for a key: those of Docker Compose, Kubernetes, skopeo, regsync, Terraform and AWS. */

/** For each kind of map, by pointer: each key, and other words for it. A word can mean two keys. */
const SYNONYMS: readonly (readonly [RegExp, Readonly<Record<string, string>>])[] = [
  [
    /^$/,
    {
      version: "apiversion schemaversion schema format",
      name: "title project id owner team",
      targets: "destinations dest to registries registry mirrorto outputs",
      mirrors: "images image containers entries sync list artifacts packages repos",
      repositories: "repositorysettings ecrsettings settings defaults",
    },
  ],
  [
    /^\/targets\/[^/]+$/,
    {
      ecr: "aws type kind provider registry url uri host",
      oci: "url uri registry host hostname server address endpoint docker harbor",
      layout: "path folder dir directory local file",
      repositories: "repository settings defaults",
    },
  ],
  [
    /^\/targets\/[^/]+\/ecr$/,
    {
      region: "regions awsregion location zone",
      account: "accountid awsaccount awsaccountid registryid id",
      profile: "awsprofile",
      role: "rolearn iamrole iamrolearn assumerole assumerolearn arn",
    },
  ],
  [
    /^\/sources\/[^/]+$/,
    {
      endpoint: "url uri host address mirror mirrors cache proxy",
      layout: "path folder dir directory",
      alternates: "alternatives fallback fallbacks",
      reserve: "keep reserved",
      concurrency: "parallel parallelism maxconcurrency maxparallel",
    },
  ],
  [/\/alternates\/\d+$/, { registry: "url uri host endpoint name address", only: "repositories repos include" }],
  [
    /^\/mirrors\/\d+$/,
    {
      image: "img name source src from ref reference container repo repository uri url upstream origin docker images",
      tags: "tag imagetag version versions include filter match regex regexp semver newest exclude",
      to: "dest destination dst as rename alias targetrepository repository repo path",
      platforms: "platform arch archs architecture architectures os",
      referrers: "signatures sboms cosign",
      attestations: "provenance sbom",
      targets: "target",
    },
  ],
  [
    /^\/mirrors\/\d+\/tags$/,
    {
      match: "regex regexp regexps pattern patterns include includes allow filter only glob",
      exclude: "deny ignore not except skip excludes",
      semver: "range version versions constraint",
      newest: "limit count latest last max keep keeplast top",
      maxAge: "age since newerthan",
      order: "sort sortby orderby",
    },
  ],
  [/\/encryption$/, { kms: "key keyid kmskey kmskeyid arn alias" }],
  [
    /\/repositories$|^\/repositories$/,
    {
      tagMutability: "mutability immutable imagetagmutability immutability",
      scanOnPush: "scan scanning imagescanning imagescanningconfiguration scanonupload",
      encryption: "kms kmskey encryptionconfiguration encryptiontype",
      lifecyclePolicy: "lifecycle lifecyclepolicies lifecyclerules expire retention",
      policy: "repositorypolicy permissions iam",
      tags: "labels resourcetags",
    },
  ],
];

/** Keys that are credentials in other tools. */
const CREDENTIALS =
  /^(?:auth|authfile|creds?|credentials?|user|username|login|pass|passwd|password|token|secret|(?:aws)?(?:accesskey|secretkey|accesskeyid|secretaccesskey|sessiontoken))$/;

/** Lower case without `-` and `_`: `role_arn` and `RoleArn` are the same word. */
export function plainKey(key: string): string {
  return key.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/** Returns whether a key is one of those in which other tools have a password or a token. */
export function isCredentialKey(key: string): boolean {
  return CREDENTIALS.test(plainKey(key));
}

/** Returns the keys of a map for which people write a word, the most probable first. */
export function keysMeant(word: string, pointer: string): string[] {
  const plain = plainKey(word);
  const table = SYNONYMS.find(([where]) => where.test(pointer))?.[1] ?? {};
  return Object.keys(table).filter((key) => (table[key] ?? "").split(" ").includes(plain));
}
