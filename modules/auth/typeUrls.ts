export const baseAccountType = "/cosmos.auth.v1beta1.BaseAccount";
export const moduleAccountType = "/cosmos.auth.v1beta1.ModuleAccount";
export const secp256k1KeyType = "/cosmos.crypto.secp256k1.PubKey";
