/** A credential for a registry. An identity token is an OAuth2 refresh token, for token servers only. */
export type Credential = { username: string; password: string } | { identityToken: string };
