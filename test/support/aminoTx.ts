import assert from "node:assert/strict";
import { hash } from "node:crypto";
import {
  createMultisigThresholdPubkey,
  encodeSecp256k1Pubkey,
  makeSignDoc,
  pubkeyToAddress,
  serializeSignDoc,
  type MultisigThresholdPubkey,
  type StdFee,
} from "@cosmjs/amino";
import { encodePubkey } from "@cosmjs/proto-signing";
import { assayAminoTypes, assayRegistry } from "../../client/index.ts";
import type { Address } from "../../core/brand.ts";
import { getAccount } from "../../modules/auth/index.ts";
import {
  AuthInfo,
  MultiSignature,
  TxBody,
  TxRaw,
  type Any,
  type CompactBitArray,
  type SignerInfo,
} from "../../proto/cosmos.ts";
import type { TestChain } from "./driver.ts";
import { coinsOf, keyAny } from "./driverTx.ts";
import type { TestKey } from "./keys.ts";

const registry = assayRegistry();
const aminoTypes = assayAminoTypes();
const amino = 127;

/** What is asked of a chain before something is signed for it. */
export type Signing = Pick<TestChain, "chainId" | "read">;

export type AminoOptions = {
  readonly fee?: string;
  readonly gas?: bigint;
  readonly memo?: string;
  readonly timeoutHeight?: bigint;
  readonly granter?: string;
  readonly payer?: string;
  /** What is signed instead of what is true. */
  readonly signed?: { chainId?: string; accountNumber?: bigint; sequence?: bigint; memo?: string };
  readonly sequence?: bigint;
  /** Changes what goes out after it was signed. */
  readonly edit?: (parts: { body: TxBody; authInfo: AuthInfo; signatures: Uint8Array[] }) => void;
  readonly keyless?: boolean;
};

/** The text that CosmJS gives a wallet to sign. */
export function cosmjsDoc(
  messages: readonly Any[],
  options: AminoOptions,
  account: { chainId: string; accountNumber: bigint; sequence: bigint },
): Uint8Array {
  const own = { ...account, memo: options.memo ?? "", ...options.signed };
  const fee: StdFee = {
    amount: coinsOf(options.fee ?? ""),
    gas: String(options.gas ?? 1_000_000n),
    ...(options.granter === undefined ? {} : { granter: options.granter }),
    ...(options.payer === undefined ? {} : { payer: options.payer }),
  };
  const msgs = messages.map(({ typeUrl, value }) =>
    aminoTypes.toAmino({ typeUrl, value: registry.decode({ typeUrl, value }) as unknown }),
  );
  const doc = makeSignDoc(
    msgs,
    fee,
    own.chainId,
    own.memo,
    Number(own.accountNumber),
    Number(own.sequence),
    options.timeoutHeight,
  );
  return serializeSignDoc(doc);
}

const digestOf = (doc: Uint8Array): Uint8Array => Uint8Array.from(hash("sha256", doc, "buffer"));

type Info = Pick<SignerInfo, "publicKey" | "modeInfo">;

function build(
  messages: readonly Any[],
  options: AminoOptions,
  sequence: bigint,
  { publicKey, modeInfo }: Info,
  signature: Uint8Array,
): Uint8Array {
  const { fee = "", gas = 1_000_000n, memo = "", timeoutHeight = 0n } = options;
  const body = TxBody.fromPartial({ messages: [...messages], memo, timeoutHeight });
  const authInfo = AuthInfo.fromPartial({
    signerInfos: [
      {
        ...(options.keyless === true ? {} : { publicKey }),
        ...(modeInfo && { modeInfo }),
        sequence,
      },
    ],
    fee: {
      ...{ amount: coinsOf(fee), gasLimit: gas },
      ...{ granter: options.granter ?? "", payer: options.payer ?? "" },
    },
  });
  const signatures = [signature];
  options.edit?.({ body, authInfo, signatures });
  return TxRaw.encode({
    bodyBytes: TxBody.encode(body).finish(),
    authInfoBytes: AuthInfo.encode(authInfo).finish(),
    signatures,
  }).finish();
}

function accountOf(chain: Signing, address: Address, { sequence }: AminoOptions) {
  const account = chain.read((ctx) => getAccount(ctx, address));
  return {
    chainId: chain.chainId,
    accountNumber: account?.accountNumber ?? 0n,
    sequence: sequence ?? account?.sequence ?? 0n,
  };
}

/** Signed by one key as an amino wallet signs. */
export function aminoTx(
  chain: Signing,
  key: TestKey,
  messages: readonly Any[],
  options: AminoOptions = {},
): Uint8Array {
  const account = accountOf(chain, key.address, options);
  const signature = key.sign(digestOf(cosmjsDoc(messages, options, account)));
  const modeInfo = { single: { mode: amino } };
  return build(
    messages,
    options,
    account.sequence,
    { publicKey: keyAny(key), modeInfo },
    signature,
  );
}

/** An account of several keys. */
export type Group = {
  readonly key: MultisigThresholdPubkey;
  readonly any: Any;
  readonly address: Address;
  /** In the order of the key. */
  readonly members: readonly TestKey[];
};

export function groupOf(threshold: number, keys: readonly TestKey[]): Group {
  const pubkeys = keys.map(({ publicKey }) => encodeSecp256k1Pubkey(publicKey));
  const key = createMultisigThresholdPubkey(pubkeys, threshold);
  const members = key.value.pubkeys.map(
    ({ value }) =>
      keys.find(({ publicKey }) => encodeSecp256k1Pubkey(publicKey).value === value) ??
      assert.fail("expected a member"),
  );
  const address = pubkeyToAddress(key, "assay") as Address;
  return { key, any: encodePubkey(key), address, members };
}

/** Signed by these members, by place in the key. */
export function groupTx(
  chain: Signing,
  group: Group,
  by: readonly number[],
  messages: readonly Any[],
  options: AminoOptions = {},
): Uint8Array {
  const account = accountOf(chain, group.address, options);
  const digest = digestOf(cosmjsDoc(messages, options, account));
  const signatures = by.map((at) => (group.members[at] ?? assert.fail("member")).sign(digest));
  const modeInfo = {
    multi: {
      bitarray: bitArray(group.members.map((_, i) => by.includes(i))),
      modeInfos: by.map(() => ({ single: { mode: amino } })),
    },
  };
  const info = { publicKey: group.any, modeInfo };
  const signature = MultiSignature.encode({ signatures }).finish();
  return build(messages, options, account.sequence, info, signature);
}

/** Bit i counts from the most significant one of its byte. */
export function bitArray(bits: readonly boolean[]): CompactBitArray {
  const elems = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) {
    if (bit) elems[i >> 3] = (elems[i >> 3] ?? 0) | (0x80 >> (i & 7));
  }
  return { extraBitsStored: bits.length % 8, elems };
}
