/** Our global ids, which contenders with a schema like ours have too. */
export const globalId = (type, id) => Buffer.from(`${type}:${id}`, "latin1").toString("base64url");

/** The row id in a global id. */
export const rowId = (id) => Buffer.from(id, "base64url").toString("latin1").split(":")[1];
