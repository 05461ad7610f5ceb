/** An account that can sign in to Docker Hub. Its name does not occur in any other text. */
export const ACCOUNT = { username: "jane-of-accounting", password: "dckr_pat_example" };
