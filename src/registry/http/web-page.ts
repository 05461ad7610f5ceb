import { bareMediaType } from "../../oci/media-type.ts";
import { parseJsonObject } from "../../oci/json-object.ts";
import { header, type Headers } from "./headers.ts";

const PAGE_TYPES = new Set(["text/html", "application/xhtml+xml"]);

/** The first tag of an HTML page, or of a fragment of one. */
const PAGE_START = /^[\uFEFF\s]*<(?:!doctype\s+html|html|head|body|title|script|meta|h1|p|div|center|!--)\b/i;

/** Enough of a body to find its first tag. */
const START_BYTES = 1024;

/** Whether headers announce a web page, which a proxy, a captive portal or a sign-in form sends instead of a response. */
export function announcesPage(headers: Headers): boolean {
  return PAGE_TYPES.has(bareMediaType(header(headers, "content-type") ?? ""));
}

/** Whether a body is a web page, whatever its Content-Type. JSON that is announced as a page is not one. */
export function isPage(headers: Headers, body: Uint8Array): boolean {
  if (PAGE_START.test(Buffer.from(body.subarray(0, START_BYTES)).toString("utf8"))) return true;
  return announcesPage(headers) && parseJsonObject(body) === undefined;
}

/** The status of a captive portal: "Network Authentication Required" (RFC 6585, 6). */
export const NETWORK_SIGN_IN = 511;

/** Whether an error response is a web page. One to HEAD has only its headers. @param text the start of its body */
export function isErrorPage({ headers, text }: { headers: Headers; text: string }): boolean {
  return text === "" ? announcesPage(headers) : isPage(headers, Buffer.from(text));
}
