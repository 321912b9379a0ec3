import { localnetData } from "../cli/home/programs.ts";
import { localMnemonic } from "../cli/localKey.ts";
import type { Localnet } from "./start.ts";

const balance = 10_000;

/** What a newcomer needs next: accounts, URLs, the first command. */
export function summaryLines({ accounts, rpc, folder, network }: Localnet): string[] {
  const words = localMnemonic.split(" ");
  const addresses = accounts.map(({ address }, i) => `${i} ${address}`);
  const pairs = addresses
    .filter((_, i) => i % 2 === 0)
    .map((one, i) => {
      const next = addresses[2 * i + 1];
      return `    ${one}${next === undefined ? "" : `   ${next}`}`;
    });
  // Commands find the nodes of the usual folder by themselves.
  const own = folder.path === localnetData;
  const node = own ? "" : ` --node ${rpc.join(",")}`;
  const data = own ? "" : ` --data ${folder.path}`;
  const executors = accounts.slice(1, network.executors + 1).length;
  return [
    `  Accounts             ${balance} ASSAY each; PUBLIC keys, never use them elsewhere`,
    ...pairs,
    `    mnemonic           ${words.slice(0, 12).join(" ")}`,
    `                       ${words.slice(12).join(" ")}`,
    `    account 0 asks for tasks, accounts 1 to ${executors} own the executors`,
    `  RPC                  ${rpc.join("  ")}`,
    `  Data and logs        ${folder.path}`,
    `  Try                  npx assay task run echo-demo@1.0.0 echo '{"text":"hi"}' --validators 2${node}`,
    `                       npx assay localnet serve DIR${data}   (a service of your own)`,
    `                       npx assay status${node}`,
  ];
}

export function readyLine({ rpc, network, engine, height }: Localnet): string {
  return `READY ${rpc[0]} chain=${network.chainId} engine=${engine} height=${height}`;
}

/** The same for programs. */
export function facts(localnet: Localnet): Record<string, unknown> {
  const { accounts, rpc, network, engine, folder, height, life } = localnet;
  const { result, problem } = life;
  return {
    ...{ chain_id: network.chainId, engine, height: String(height), rpc },
    validators: network.validators,
    executors: network.executors,
    mnemonic: localMnemonic,
    accounts: accounts.map(({ address }, index) => ({ index, address })),
    data: folder.path,
    demo_task:
      result === undefined
        ? { status: "failed", problem: problem?.message }
        : {
            ...{ id: String(result.taskId), status: "VALID", result: result.result },
            ...{ executor: result.proof.executor, validators: result.proof.validators },
          },
  };
}
