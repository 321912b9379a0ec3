import type { EncodeObject } from "@cosmjs/proto-signing";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import type { Coin } from "cosmjs-types/cosmos/base/v1beta1/coin";
import { AllowedMsgAllowance, BasicAllowance } from "cosmjs-types/cosmos/feegrant/v1beta1/feegrant";
import { MsgGrantAllowance, MsgRevokeAllowance } from "cosmjs-types/cosmos/feegrant/v1beta1/tx";
import fs from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import {
  registryMessages,
  stakingMessages,
  userError,
  type AssayClient,
  type TxOutcome,
} from "../../client/index.ts";
import { Keyring, newMnemonic, type Backend, type KeyInfo } from "../../client/keyring/keyring.ts";
import type { Role } from "../../proto/gen/assay/registry/v1/registry.ts";

export type SetupPlan = {
  readonly service: string;
  readonly version: string;
  readonly roles: readonly Role[];
  readonly stake: bigint;
  readonly commitmentMs: bigint;
  /** Seats at once; undefined: the most that the stake allows. */
  readonly capacity: number | undefined;
  /** For the operator's fees: coins of its own, or how much the owner pays for it. */
  readonly operatorFunds: bigint;
  /** The owner keeps the coins and grants their use for posts alone. */
  readonly feeGrant?: boolean;
  readonly endpoint: string;
  readonly operator: string;
};

const mostCapacity = 64n;

/** What an operator sends, and all that its owner pays for under a grant (THREATS E7). */
export const operatorMessages: readonly string[] = [
  "/assay.tasks.v1.MsgCommit",
  "/assay.tasks.v1.MsgReveal",
  "/assay.tasks.v1.MsgSubmitResult",
  "/assay.staking.v1.MsgHeartbeat",
];

/** An allowance of so many coins for posts; one that is there gives way to it. */
async function feeGrant(owner: AssayClient, grantee: string, limit: Coin): Promise<EncodeObject[]> {
  const granter = owner.sender.address;
  const basic = BasicAllowance.encode(BasicAllowance.fromPartial({ spendLimit: [limit] })).finish();
  const allowance = AllowedMsgAllowance.encode({
    allowance: { typeUrl: "/cosmos.feegrant.v1beta1.BasicAllowance", value: basic },
    allowedMessages: [...operatorMessages],
  }).finish();
  const grant = {
    typeUrl: "/cosmos.feegrant.v1beta1.MsgGrantAllowance",
    value: MsgGrantAllowance.fromPartial({
      ...{ granter, grantee },
      allowance: {
        typeUrl: "/cosmos.feegrant.v1beta1.AllowedMsgAllowance",
        value: allowance,
      },
    }),
  };
  if ((await owner.feeGrant(granter, grantee)) === undefined) return [grant];
  const revoke = {
    typeUrl: "/cosmos.feegrant.v1beta1.MsgRevokeAllowance",
    value: MsgRevokeAllowance.fromPartial({ granter, grantee }),
  };
  return [revoke, grant];
}

/**
 * The one transaction of the owner: bond, announcement, coins or a fee grant for the operator. Afterwards the owner's key is not
 * needed on the executor's machine (THREATS E7).
 */
export async function setUpNode(owner: AssayClient, plan: SetupPlan): Promise<TxOutcome> {
  const { release } = await owner.registry.release({
    service: plan.service,
    version: plan.version,
  });
  const minBond = BigInt(release?.definition?.minBond ?? "0");
  const most = minBond === 0n ? mostCapacity : (4n * plan.stake) / minBond;
  const capacity = plan.capacity ?? Number(most > mostCapacity ? mostCapacity : most);
  if (plan.stake < minBond) {
    throw userError("E4011", {
      field: "--stake",
      expected: `at least ${minBond}uassay (min_bond of ${plan.service})`,
      actual: `${plan.stake}uassay`,
    });
  }
  const address = owner.sender.address;
  const { denom = "uassay" } = (await owner.staking.params()).params ?? {};
  const coin = { denom, amount: plan.operatorFunds.toString() };
  const funding =
    plan.feeGrant === true
      ? await feeGrant(owner, plan.operator, coin)
      : [
          {
            typeUrl: "/cosmos.bank.v1beta1.MsgSend",
            value: MsgSend.fromPartial({
              ...{ fromAddress: address, toAddress: plan.operator, amount: [coin] },
            }),
          },
        ];
  return owner.send([
    stakingMessages.bond({
      owner: address,
      operator: plan.operator,
      service: plan.service,
      roles: [...plan.roles].sort((a, b) => a - b),
      amount: plan.stake.toString(),
      capacity,
      commitmentMs: plan.commitmentMs,
    }),
    registryMessages.announceInstance({
      node: address,
      service: plan.service,
      version: release?.version ?? plan.version,
      endpoint: plan.endpoint,
    }),
    ...funding,
  ]);
}

export type ExecutorHome = {
  readonly home: string;
  readonly rpc: readonly string[];
  readonly chainId: string;
  readonly keyring: Backend;
  readonly passphrase?: () => string;
  readonly passphraseFile?: string;
  /** service.yml files. */
  readonly services: readonly string[];
  /** host:port of its metrics page. */
  readonly metrics?: string;
  /** Who pays the operator's fees; absent: the operator. */
  readonly feeGranter?: string;
};

/** Writes an executor's home: operator key (made when missing) and config/executor.yml. */
export async function writeExecutorHome(plan: ExecutorHome): Promise<KeyInfo> {
  const { passphrase } = plan;
  const keyring = new Keyring({
    home: plan.home,
    backend: plan.keyring,
    prefix: "assay",
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  const operator =
    keyring.find("operator") ?? (await keyring.addMnemonic("operator", newMnemonic()));
  const config = path.join(plan.home, "config");
  fs.mkdirSync(config, { recursive: true, mode: 0o700 });
  const text = stringify({
    rpc: [...plan.rpc],
    chain_id: plan.chainId,
    operator: "operator",
    keyring: plan.keyring,
    ...(plan.passphraseFile === undefined ? {} : { passphrase_file: plan.passphraseFile }),
    ...(plan.metrics === undefined ? {} : { metrics: plan.metrics }),
    ...(plan.feeGranter === undefined ? {} : { fee_granter: plan.feeGranter }),
    services: plan.services.map((file) => path.resolve(file)),
  });
  fs.writeFileSync(path.join(config, "executor.yml"), text, { mode: 0o600 });
  return operator;
}
