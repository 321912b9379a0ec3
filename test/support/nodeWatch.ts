import fs from "node:fs";
import { until } from "./network.ts";

type Status = {
  readonly sync_info: { readonly latest_block_height: string };
  readonly validator_info: { readonly address: string };
};

const limitMs = 90_000;

async function get<T>(rpc: string, path: string): Promise<T> {
  const response = await fetch(`${rpc}/${path}`, { signal: AbortSignal.timeout(2_000) });
  return ((await response.json()) as { result: T }).result;
}

export const heightIn = (status: Status): number => Number(status.sync_info.latest_block_height);

export async function statusHeight(rpc: string): Promise<number> {
  return heightIn(await get<Status>(rpc, "status"));
}

/** The highest of these nodes that answer. */
export async function heightOf(...rpcs: readonly string[]): Promise<number> {
  const heights = await Promise.all(rpcs.map((rpc) => statusHeight(rpc).catch(() => 0)));
  return Math.max(...heights);
}

export async function untilAny(rpcs: readonly string[], height: number): Promise<void> {
  await until(async () => ((await heightOf(...rpcs)) >= height ? true : undefined), limitMs, 100);
}

export async function untilAll(rpcs: readonly string[], height: number): Promise<void> {
  for (const rpc of rpcs) {
    await until(
      async () => ((await statusHeight(rpc).catch(() => 0)) >= height ? true : undefined),
      limitMs,
      100,
    );
  }
}

/** The key's address that the node signs blocks by. */
export async function signerOf(rpc: string): Promise<string> {
  return (await get<Status>(rpc, "status")).validator_info.address;
}

type Commit = {
  readonly signed_header: {
    readonly commit: { readonly signatures: { readonly validator_address: string }[] };
  };
};

/** At which of the heights from `first` to `last` a signature of this key stands in the commit. */
export async function signedBy(
  rpc: string,
  signer: string,
  first: number,
  last: number,
): Promise<number[]> {
  const signed: number[] = [];
  for (let height = first; height <= last; height++) {
    const { signed_header: header } = await get<Commit>(rpc, `commit?height=${height}`);
    const signers = header.commit.signatures.map((one) => one.validator_address);
    if (signers.includes(signer)) signed.push(height);
  }
  return signed;
}

/** What the kernel says of a process: its state's letter, and the processor time that it has used, in ticks. */
export function processOf(pid: number): { readonly state: string; readonly ticks: number } {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name before may hold anything but a parenthesis that is the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", ticks: Number(fields[11]) + Number(fields[12]) };
}
