/** The result of a probe. `unclear` if the service's behavior neither confirms nor refutes the quirk. */
export interface Finding {
  seen: boolean | "unclear";
  /** A summary of the service's answer, in one line without secrets. */
  evidence: string;
}

/** Checks a quirk against the real service. */
export interface Probe<Context> {
  /** Description for the list that is printed first. */
  does: string;
  check(context: Context): Promise<Finding>;
}

/** The reason why a quirk is not checked. */
export interface NotChecked {
  notChecked: string;
}

/** A probe or a reason for every quirk. A quirk with neither does not compile. */
export type Probes<Name extends string, Context> = Readonly<Record<Name, Probe<Context> | NotChecked>>;

export function isProbe<Context>(entry: Probe<Context> | NotChecked): entry is Probe<Context> {
  return "check" in entry;
}

/** Timeout for one request. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;

/** Sends one request, without retries and without following redirects. */
export async function send(url: string | URL, init: RequestInit = {}): Promise<Response> {
  return await fetch(url, {
    ...init,
    redirect: "manual",
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS),
  });
}

/** Returns the error code in a registry's answer, or the beginning of its text without control characters. */
export async function errorText(response: Response): Promise<string> {
  const text = await response.text();
  const code = /"code"\s*:\s*"([A-Z_]+)"/.exec(text)?.[1];
  return code ?? text.slice(0, 60).replace(/[^\x20-\x7e]/g, " ");
}
