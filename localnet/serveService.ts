import fs from "node:fs";
import { setUpNode } from "../cli/executor/setup.ts";
import { absent, publishService } from "../cli/service/publish.ts";
import { AssayClient, registryMessages, userError } from "../client/index.ts";
import { MsgSend } from "../proto/cosmos.ts";
import { BondStatus } from "../proto/gen/assay/staking/v1/staking.ts";
import { Role } from "../proto/gen/assay/registry/v1/registry.ts";
import { loadManifest } from "../client/manifest/file.ts";
import { userAccount, type Accounts } from "./accounts.ts";
import type { Folder, Network } from "./folder.ts";
import { addService, rpcUrls, writeExecutor } from "./homes.ts";
import { delay } from "./processes.ts";

const assay = 1_000_000n;
const hourMs = 3_600_000n;
const stakeAboveMinimum = 10n;
const operatorFunds = 1_000n * assay;
const userName = "alice";

export type Served = {
  readonly release: string;
  readonly service: string;
  /** Keys of the tasks that it offers. */
  readonly tasks: readonly string[];
  /** Executors (by number) whose configuration has changed: they must read it anew. */
  readonly changed: readonly number[];
  readonly published: boolean;
};

/** A client that signs with an account of the network. */
export async function connectAs(
  network: Network,
  accounts: Accounts,
  index: number,
): Promise<AssayClient> {
  return AssayClient.connect(rpcUrls(network), { signer: await accounts.signer(index) });
}

/**
 * Publishes a service by account 0 and lets executors 1 .. count bond to it: ONE transaction of each owner makes the
 * bond, announces the instance and gives coins to the operator. What is done already is not done again.
 */
export async function serveService(
  folder: Folder,
  network: Network,
  accounts: Accounts,
  file: string,
  count: number,
): Promise<Served> {
  const author = await connectAs(network, accounts, userAccount);
  const key = accounts.privateKey(userAccount);
  const { manifest, outcome } = await publishService(author, key, file, userName);
  const release = `${manifest.sid}@${manifest.version}`;
  const bytes = fs.readFileSync(file);
  const changed: number[] = [];
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  await Promise.all(
    numbers.map(async (index) => {
      if (addService(folder, index, release, bytes)) changed.push(index);
      const operator = await writeExecutor(folder, network, index);
      const owner = await connectAs(network, accounts, index);
      await bond(owner, file, operator);
    }),
  );
  const tasks = manifest.tasks.map(({ key: task }) => task);
  return {
    ...{ release, service: manifest.sid, tasks, published: outcome !== undefined },
    changed: changed.sort((a, b) => a - b),
  };
}

async function bond(owner: AssayClient, file: string, operator: string): Promise<void> {
  const { sid: service, version, minBond } = loadManifest(file);
  const node = owner.sender.address;
  const has = (await absent(owner.staking.bond({ service, node })))?.bond;
  if (has !== undefined) return announce(owner, service, version);
  await setUpNode(owner, {
    ...{ service, version, operator, operatorFunds, endpoint: "", capacity: undefined },
    roles: [Role.ROLE_EXECUTOR, Role.ROLE_VALIDATOR],
    stake: stakeAboveMinimum * minBond,
    commitmentMs: hourMs,
  });
}

/** A bond of an older release needs nothing but the announcement of the new one. */
async function announce(owner: AssayClient, service: string, version: string): Promise<void> {
  const node = owner.sender.address;
  const { instances } = await owner.registry.instances({ service, node });
  if (instances.some((instance) => instance.version === version)) return;
  await owner.send([registryMessages.announceInstance({ node, service, version })]);
}

/**
 * Waits until `wanted` nodes can be drawn. A bond counts from the next epoch, and time moves on this chain with its
 * blocks only: a transaction of account 0 to itself moves it.
 */
export async function untilDrawable(
  client: AssayClient,
  service: string,
  task: string,
  wanted: number,
  limitMs: number,
): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    const { executors, validators, filtered } = await client.tasks.quote({
      ...{ service, version: "", taskKey: task, inputSize: 1n, validators: wanted - 1 },
      requester: client.sender.address,
    });
    const eligible = Math.min(executors, validators);
    if (eligible >= wanted && (await allCount(client, service))) return;
    if (Date.now() > end) {
      const reasons = filtered.map(({ reason, count }) => `${count} ${reason}`);
      throw userError(
        "E3201",
        { service, needed: `${wanted} nodes`, eligible: `${eligible}` },
        { looked: reasons },
      );
    }
    await nextEpoch(client);
  }
}

/** A quote takes bonds of the next epoch for good; a draw does not. */
async function allCount(client: AssayClient, service: string): Promise<boolean> {
  const { epoch } = await client.clock.clock();
  const { bonds } = await client.staking.bonds({ service });
  return bonds
    .filter(({ status }) => status === BondStatus.BOND_STATUS_ACTIVE)
    .every(({ activeFromEpoch }) => activeFromEpoch <= epoch);
}

/** Makes blocks whose time lies in the next epoch. */
async function nextEpoch(client: AssayClient): Promise<void> {
  const { epoch, state, params } = await client.clock.clock();
  const nextMs = (state?.genesisMs ?? 0n) + (epoch + 1n) * (params?.epochMs ?? 1n);
  await delay(Math.max(0, Number(nextMs) - Date.now()));
  await moveTime(client);
}

async function moveTime(client: AssayClient): Promise<void> {
  const { address } = client.sender;
  const coin = { denom: "uassay", amount: "1" };
  const value = MsgSend.fromPartial({ fromAddress: address, toAddress: address, amount: [coin] });
  await client.send([{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value }]);
}
