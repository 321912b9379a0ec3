import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import type { Rpc } from "../../client/index.ts";
import {
  MsgCommit,
  MsgCommitResponse,
  MsgReveal,
  MsgRevealResponse,
  type PostStatus,
} from "../../proto/gen/assay/tasks/v1/tx.ts";

/** A post in a block, and what the chain answered; undefined when its transaction failed. */
export type PostInBlock = {
  readonly height: number;
  /** taskId/commit or reveal/node */
  readonly key: string;
  readonly status: PostStatus | undefined;
};

type BlockAnswer = { block: { header: { app_hash: string }; data: { txs: string[] | null } } };
type ResultsAnswer = { txs_results: { code?: number; data?: string | null }[] | null };
type InfoAnswer = {
  response: { last_block_height?: string; last_block_app_hash?: string };
};

export type AppInfo = { readonly height: number; readonly appHash: string };

/** What the app says of itself; base64 becomes the upper-case hex of block headers. */
export async function appInfo(rpc: Pick<Rpc, "call">): Promise<AppInfo> {
  const { response } = await rpc.call<InfoAnswer>("abci_info");
  const hash = Buffer.from(response.last_block_app_hash ?? "", "base64");
  return {
    height: Number(response.last_block_height ?? "0"),
    appHash: hash.toString("hex").toUpperCase(),
  };
}

/** App hash after the block before, and transactions. */
export async function blockAt(
  rpc: Pick<Rpc, "call">,
  height: number,
): Promise<{ appHash: string; txs: Buffer[] }> {
  const { block } = await rpc.call<BlockAnswer>("block", { height: String(height) });
  const txs = (block.data.txs ?? []).map((tx) => Buffer.from(tx, "base64"));
  return { appHash: block.header.app_hash, txs };
}

/** Every commit and reveal post that any block from `first` to `last` holds. */
export async function allPosts(rpc: Rpc, last: number, first = 1): Promise<PostInBlock[]> {
  const posts: PostInBlock[] = [];
  for (let height = first; height <= last; height++) {
    const { txs } = await blockAt(rpc, height);
    if (txs.length === 0) continue;
    const { txs_results: results } = await rpc.call<ResultsAnswer>("block_results", {
      height: String(height),
    });
    for (const [index, tx] of txs.entries()) {
      const result = results?.[index];
      const data = result?.code ? undefined : Buffer.from(result?.data ?? "", "base64");
      for (const { key, status } of postsOf(tx, data)) posts.push({ height, key, status });
    }
  }
  return posts;
}

function postsOf(tx: Buffer, data: Buffer | undefined): Omit<PostInBlock, "height">[] {
  const answers = data === undefined ? [] : TxMsgData.decode(data).msgResponses;
  return messagesOf(tx).flatMap(({ typeUrl, value }, at) => {
    const answer = answers[at]?.value;
    if (typeUrl === "/assay.tasks.v1.MsgCommit") {
      const { statuses = [] } = answer === undefined ? {} : MsgCommitResponse.decode(answer);
      return MsgCommit.decode(value).posts.map(({ taskId, node }, i) => ({
        key: `${taskId}/commit/${node}`,
        status: statuses[i],
      }));
    }
    if (typeUrl !== "/assay.tasks.v1.MsgReveal") return [];
    const { statuses = [] } = answer === undefined ? {} : MsgRevealResponse.decode(answer);
    return MsgReveal.decode(value).posts.map(({ taskId, node }, i) => ({
      key: `${taskId}/reveal/${node}`,
      status: statuses[i],
    }));
  });
}

/** The proposer's beacon contribution is no transaction of the SDK's form: it has no messages. */
function messagesOf(tx: Buffer): { typeUrl: string; value: Uint8Array }[] {
  try {
    return TxBody.decode(TxRaw.decode(tx).bodyBytes).messages;
  } catch {
    return [];
  }
}

/** The app's own word on its state, read all the time, to be held against the headers afterwards. */
export class InfoWatch {
  readonly seen = new Map<number, string>();
  readonly contradictions: string[] = [];
  #stopped = false;
  readonly #loop: Promise<void>;

  constructor(rpc: Rpc) {
    this.#loop = this.#run(rpc);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  async #run(rpc: Rpc): Promise<void> {
    while (!this.#stopped) {
      try {
        const { height, appHash } = await appInfo(rpc);
        const before = this.seen.get(height) ?? appHash;
        if (before !== appHash) this.contradictions.push(`${height}: ${before} then ${appHash}`);
        this.seen.set(height, before);
      } catch {
        // Dead at the moment: that is what the test is about.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
