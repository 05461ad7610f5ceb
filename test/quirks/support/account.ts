/** Somebody who may sign in to Docker Hub. The name stands in no other text. */
export const ACCOUNT = { username: "jane-of-accounting", password: "dckr_pat_example" };
