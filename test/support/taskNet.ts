import assert from "node:assert/strict";
import type { ExecTxResult } from "cosmjs-types/tendermint/abci/types";
import { utf8Encode } from "../../core/bytes.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { one } from "../../core/math/dec.ts";
import {
  Compare,
  definitionHash,
  Definition as OwnDefinition,
} from "../../modules/registry/index.ts";
import {
  commitmentOf,
  requireTask,
  wholeTask,
  type Seat,
  type Task,
} from "../../modules/tasks/index.ts";
import { Definition } from "../../proto/gen/assay/registry/v1/registry.ts";
import * as registryTx from "../../proto/gen/assay/registry/v1/tx.ts";
import * as stakingTx from "../../proto/gen/assay/staking/v1/tx.ts";
import * as tasksTx from "../../proto/gen/assay/tasks/v1/tx.ts";
import type { Any } from "../../proto/cosmos.ts";
import { msg, startChain, type ChainOptions, type TestChain } from "./driver.ts";
import type { TestKey } from "./keys.ts";
import { saltOf } from "./taskChain.ts";
import { hashesOf, revealPost, type Answer } from "./taskMoves.ts";

export const service = "echo-demo";
const fee = { fee: "2000uassay", gas: 2_000_000n };

/** A running chain with one service and so many nodes, all made by transactions; owners are their own operators. */
export class TaskNet {
  readonly chain: TestChain;
  readonly author: TestKey;
  readonly requester: TestKey;
  readonly nodes: readonly TestKey[];

  /** Accounts with coins and nothing else. */
  readonly strangers: readonly TestKey[];

  constructor(nodes: number, options: ChainOptions = {}, definition: object = {}, strangers = 0) {
    this.chain = startChain({ accounts: nodes + 2 + strangers, ...options });
    const [author, requester, ...others] = this.chain.accounts;
    assert.ok(author !== undefined && requester !== undefined);
    this.author = author;
    this.requester = requester;
    this.nodes = others.slice(0, others.length - strangers);
    this.strangers = others.slice(others.length - strangers);
    this.#publish(definition);
    this.#join();
  }

  #publish(changes: object): void {
    const { chain, author } = this;
    const owner = author.address;
    const definition = Definition.fromPartial({
      tasks: [
        {
          key: "echo",
          compare: Compare.COMPARE_EXACT,
          price: { perCall: "1000", perKib: "0" },
          maxInput: 16_384,
          maxOutput: 16_384,
          commitBlocks: 10,
          revealBlocks: 10,
          ...changes,
        },
      ],
      roles: [1, 2],
      minBond: "1000000",
      minCommitmentMs: 60_000n,
      authorShare: (one / 10n).toString(),
    });
    const hash = definitionHash(OwnDefinition.decode(Definition.encode(definition).finish()));
    const artifact = {
      sha256: sha256(utf8Encode("artifact")),
      size: 8n,
      mediaType: "application/gzip",
      uri: "",
    };
    const metadataHash = sha256(utf8Encode("metadata"));
    const parts = [chain.chainId, service, "1.0.0", hash, artifact.sha256, metadataHash];
    const type = (name: string): string => `/assay.registry.v1.${name}`;
    chain.mustRun(
      author,
      [
        msg(type("MsgRegisterUser"), registryTx.MsgRegisterUser, { owner, username: "author" }),
        msg(type("MsgRegisterService"), registryTx.MsgRegisterService, { owner, name: service }),
        msg(type("MsgPublishRelease"), registryTx.MsgPublishRelease, {
          owner,
          service,
          version: "1.0.0",
          definition,
          definitionHash: hash,
          artifact,
          metadataHash,
          signature: author.sign(taggedHash("release", ...parts)),
        }),
      ],
      fee,
    );
  }

  #join(): void {
    const { chain } = this;
    const txs = this.nodes.map((node) => {
      const { address } = node;
      return chain.tx(
        node,
        [
          msg("/assay.staking.v1.MsgBond", stakingTx.MsgBond, {
            owner: address,
            operator: address,
            service,
            roles: [1, 2],
            amount: "2000000",
            capacity: 8,
            commitmentMs: 3_600_000n,
          }),
          msg("/assay.registry.v1.MsgAnnounceInstance", registryTx.MsgAnnounceInstance, {
            node: address,
            service,
            version: "1.0.0",
          }),
        ],
        fee,
      );
    });
    for (const { code, log } of chain.deliver(...txs)) assert.equal(code, 0, log);
    // Bonds count from the next epoch on.
    chain.next({ advanceMs: 10_000n });
  }

  request(fields: object = {}): ExecTxResult {
    const { requester } = this;
    return this.chain.run(requester, this.requestBy(requester, fields), fee);
  }

  requestBy(requester: TestKey, fields: object = {}): Any {
    return msg("/assay.tasks.v1.MsgRequestTask", tasksTx.MsgRequestTask, {
      requester: requester.address,
      service,
      taskKey: "echo",
      input: tasksTx.MsgRequestTask.fromPartial({ input: { inline: utf8Encode("hello") } }).input,
      validators: 2,
      maxFee: "1000000",
      ...fields,
    });
  }

  task(id = 1n): Task {
    return this.chain.read((ctx) => wholeTask(ctx, requireTask(ctx, id as Task["id"])));
  }

  key(seat: Seat): TestKey {
    return this.nodes.find(({ address }) => address === seat.node) ?? assert.fail(seat.node);
  }

  commitTx(task: Task, seat: Seat, answer: Answer, changes: object = {}): Uint8Array {
    const commitment = commitmentOf({
      chainId: this.chain.chainId,
      taskId: task.id,
      attempt: task.attempt,
      role: seat.role,
      node: seat.node,
      ...hashesOf(answer),
      salt: saltOf(seat.node, task.id),
    });
    const { id: taskId, attempt } = task;
    const posts = [{ taskId, node: seat.node, attempt, commitment, ...changes }];
    const fields = tasksTx.MsgCommit.fromPartial({ operator: seat.node, posts });
    return this.chain.tx(
      this.key(seat),
      msg("/assay.tasks.v1.MsgCommit", tasksTx.MsgCommit, fields),
      fee,
    );
  }

  revealTx(task: Task, seat: Seat, answer: Answer, changes: object = {}): Uint8Array {
    const posts = [revealPost(task, seat, answer, changes)];
    const fields = tasksTx.MsgReveal.fromPartial({ operator: seat.node, posts });
    return this.chain.tx(
      this.key(seat),
      msg("/assay.tasks.v1.MsgReveal", tasksTx.MsgReveal, fields),
      fee,
    );
  }

  submitTx(task: Task, seat: Seat, answer: Answer): Uint8Array {
    const fields = tasksTx.MsgSubmitResult.fromPartial({
      operator: seat.node,
      node: seat.node,
      taskId: task.id,
      resultHash: hashesOf(answer).resultHash,
      output: { inline: utf8Encode(answer) },
    });
    const type = "/assay.tasks.v1.MsgSubmitResult";
    return this.chain.tx(this.key(seat), msg(type, tasksTx.MsgSubmitResult, fields), fee);
  }

  /** Delivers these in one block; all must succeed. */
  deliver(...txs: Uint8Array[]): void {
    for (const { code, log } of this.chain.deliver(...txs)) assert.equal(code, 0, log);
  }
}
