import { connectRpc } from "../../client/index.ts";

type Meta = {
  readonly block_id: { readonly hash: string };
  readonly header: { readonly height: string; readonly app_hash: string };
};

const atOnce = 20;

/** Block hash and app hash of every height from 1 to `last`, as one node tells them. */
async function headersOf(rpc: string, last: number): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const { call } = connectRpc(rpc);
  for (let first = 1; first <= last; first += atOnce) {
    const { block_metas: metas } = await call<{ block_metas: Meta[] }>("blockchain", {
      minHeight: String(first),
      maxHeight: String(Math.min(last, first + atOnce - 1)),
    });
    for (const { block_id: id, header } of metas)
      found.set(Number(header.height), `${id.hash} ${header.app_hash}`);
  }
  return found;
}

/** Heights at which the nodes differ or one has no block: none, or the chain has forked. */
export async function differences(rpcs: readonly string[], last: number): Promise<string[]> {
  const nodes = await Promise.all(rpcs.map((rpc) => headersOf(rpc, last)));
  const heights = Array.from({ length: last }, (_, i) => i + 1);
  return heights.flatMap((height) => {
    const hashes = nodes.map((node) => node.get(height) ?? "none");
    const same = new Set(hashes).size === 1 && hashes[0] !== "none";
    return same ? [] : [`${height}: ${hashes.join(" | ")}`];
  });
}
