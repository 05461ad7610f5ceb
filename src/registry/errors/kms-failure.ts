/** Words of AWS KMS. Lower case only where no name of a repository can contain it. */
const KMS = /\bKMS|\bkms:[A-Z]|:kms:|\bcustomer master key\b/;
/** Names of principals and other resources, which may contain any word. */
const OTHER_ARNS = /arn:[\w-]+:(?!kms:)\S+/g;
const QUOTED = /'(?:(?!:kms:)[^'])*'|"(?:(?!:kms:)[^"])*"/g;

/** By its words (KMS API reference, "Common errors" and "Key states"), what is wrong with a key. */
const STATES: readonly (readonly [RegExp, string])[] = [
  [
    /\bis disabled\b|\bDisabledException\b/i,
    "enable the repository's KMS key (`aws kms enable-key`), and run apply again",
  ],
  [
    /\bpending (?:replica )?deletion\b/i,
    "cancel the deletion of the repository's KMS key (`aws kms cancel-key-deletion`) and enable it; without the key, nobody can read the repository's images",
  ],
  [
    /\binvalid ?state|\bpending import\b|\bunavailable\b/i,
    "see the state of the repository's KMS key with `aws kms describe-key`, and make it usable again",
  ],
  [
    /\bdoes not exist\b|\bNotFoundException\b|\binvalid (?:key ?id|arn)\b/i,
    "check that the repository's KMS key exists in this Region; ECR cannot give a repository another key",
  ],
];

const NO_ACCESS =
  "check that the repository's KMS key exists in this Region and is enabled, that its key policy allows kms:DescribeKey, kms:CreateGrant, kms:GenerateDataKey and kms:Decrypt, and that its grant to Amazon ECR was not revoked";

/** Whether an error message is about a KMS key. */
export function isKmsFailure(message: string): boolean {
  return KMS.test(withoutNames(message));
}

/** Whether a message reports a key that nobody can use. If access may be denied instead, it does not. */
export function isUnusableKey(message: string): boolean {
  return isKmsFailure(message) && stateHint(message) !== undefined;
}

/** Returns what to do about a KMS key that ECR cannot use. @param details the exception or error code of KMS, if known */
export function kmsHint(message: string, details = ""): string {
  return stateHint(`${details} ${message}`) ?? NO_ACCESS;
}

function stateHint(message: string): string | undefined {
  const words = withoutNames(message);
  return NOT_ALLOWED.test(words) ? undefined : STATES.find(([state]) => state.test(words))?.[1];
}

/** "The ciphertext refers to a customer master key that does not exist, or you are not allowed to access." */
const NOT_ALLOWED = /\bnot (?:allowed|authorized)\b|\bAccessDenied/;

function withoutNames(message: string): string {
  return message.replace(OTHER_ARNS, "").replace(QUOTED, "");
}
