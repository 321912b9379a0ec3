import assert from "node:assert/strict";
import type { Address } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { utf8Encode } from "../../core/bytes.ts";
import type { WireType } from "../../core/codec.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { epoch, slot } from "../../modules/clock/index.ts";
import {
  Compare,
  definitionHash,
  Definition as OwnDefinition,
  NameKind,
  ReleaseStatus,
} from "../../modules/registry/index.ts";
import { findBond } from "../../modules/staking/index.ts";
import { commitmentOf, type Seat, type Task } from "../../modules/tasks/index.ts";
import { MsgMultiSend, MsgPruneAllowances, type Any } from "../../proto/cosmos.ts";
import { Definition } from "../../proto/gen/assay/registry/v1/registry.ts";
import * as registryTx from "../../proto/gen/assay/registry/v1/tx.ts";
import * as stakingTx from "../../proto/gen/assay/staking/v1/tx.ts";
import * as tasksTx from "../../proto/gen/assay/tasks/v1/tx.ts";
import { msg, type TxOptions } from "./driver.ts";
import * as feegrants from "./feegrants.ts";
import { testKey, type TestKey } from "./keys.ts";
import { saltOf } from "./taskChain.ts";
import { hashesOf, revealPost } from "./taskMoves.ts";
import { service, TaskNet } from "./taskNet.ts";

/** What one standard transaction cost in a block; `units` is what its size is counted in. */
export type GasFigure = {
  readonly message: string;
  readonly example: string;
  readonly gas: bigint;
  /** Of the same transaction, before its block. */
  readonly simulated: bigint;
  readonly units?: { readonly of: string; readonly count: number };
};

const epochOf = (ctx: ReadCtx, timeMs: bigint): bigint =>
  epoch({ ...ctx, block: { ...ctx.block, timeMs } });

type Fields<T> = WireType<T> & { fromPartial(fields: never): T };
type Step = {
  readonly by: TestKey;
  readonly example: string;
  readonly messages: readonly Any[];
  /** Whose gas it is, where that is not the first message's. */
  readonly message?: string;
  readonly units?: GasFigure["units"];
  readonly options?: TxOptions;
};

const fee = "5000uassay";
const nodes = 8;

/** Runs transactions that were simulated with what the simulation said as their gas limit. */
class Meter {
  readonly net = new TaskNet(nodes);
  readonly figures: GasFigure[] = [];

  constructor() {
    // The first transaction of an account costs more: its key is stored.
    const { chain, author, requester } = this.net;
    chain.mustRun(requester, feegrants.sendMsg(requester, author), { fee });
  }

  node(index: number): TestKey {
    return this.net.nodes[index] ?? assert.fail(`expected node ${index}`);
  }

  run(step: Step): void {
    const { chain } = this.net;
    // What falls due with the next block, a draw for instance, is other people's doing.
    chain.next();
    // The first post of an epoch or slot writes more; the simulation still has the last block's time.
    while (chain.read((ctx) => epochOf(ctx, chain.timeMs) !== epochOf(ctx, chain.timeMs + 1000n)))
      chain.next();
    const { by, example, units } = step;
    const own = { fee, ...step.options, sequence: chain.signer(by).sequence };
    const simulate = (gas: bigint): bigint => {
      const options = { ...own, gas, unsigned: true };
      return chain.simulate(chain.tx(by, step.messages, options)).gasUsed;
    };
    // The limit stands in the transaction, whose bytes cost gas.
    const simulated = simulate(simulate(1_000_000n));
    const result = chain.run(by, step.messages, { ...own, gas: simulated });
    assert.equal(result.code, 0, `${example}: ${result.log}`);
    const message = step.message ?? step.messages[0]?.typeUrl ?? "";
    this.figures.push({
      ...{ message, example, simulated, gas: result.gasUsed },
      ...(units === undefined ? {} : { units }),
    });
  }
}

function registryMsg<T extends object>(name: string, type: Fields<T>, fields: object): Any {
  return msg(`/assay.registry.v1.${name}`, type, fields as Partial<T>);
}
function stakingMsg<T extends object>(name: string, type: Fields<T>, fields: object): Any {
  return msg(`/assay.staking.v1.${name}`, type, fields as Partial<T>);
}
function tasksMsg<T extends object>(name: string, type: Fields<T>, fields: object): Any {
  return msg(`/assay.tasks.v1.${name}`, type, fields as Partial<T>);
}

const output = (holder: { address: Address }, amount = "5") => ({
  address: holder.address,
  coins: [{ denom: "uassay", amount }],
});

function bankExamples(meter: Meter): void {
  const { author, requester } = meter.net;
  const newcomer = testKey("newcomer");
  const send = feegrants.sendMsg(author, requester);
  meter.run({ by: author, example: "to an account that is there", messages: [send] });
  const toNew = feegrants.sendMsg(author, newcomer);
  meter.run({ by: author, example: "to an address without an account", messages: [toNew] });
  for (const count of [0, 100]) {
    const units = { of: "byte of memo", count };
    const options = { memo: "m".repeat(count) };
    const example = `with a memo of ${count} bytes`;
    meter.run({ by: author, example, messages: [send], units, options });
  }
  const granted = [feegrants.grantTo(author, requester, feegrants.basic("100000uassay"))];
  meter.run({ by: author, example: "basic, to an account that is there", messages: granted });
  const back = feegrants.sendMsg(requester, author);
  const options = { granter: author.address };
  meter.run({ by: requester, example: "with a fee of a basic grant", messages: [back], options });
  const posts = ["MsgCommit", "MsgReveal", "MsgSubmitResult"].map(
    (name) => `/assay.tasks.v1.${name}`,
  );
  const four = feegrants.only([feegrants.sendType, ...posts], feegrants.basic("100000uassay"));
  const operator = meter.node(0);
  meter.net.chain.mustRun(author, feegrants.grantTo(author, operator, four), { fee });
  const byFour = feegrants.sendMsg(operator, author);
  const example = "with a fee of a grant for four messages";
  meter.run({ by: operator, example, messages: [byFour], options });
  const first = feegrants.sendMsg(newcomer, author, "1");
  meter.net.chain.mustRun(author, feegrants.sendMsg(author, newcomer, "9000"));
  meter.run({ by: newcomer, example: "the first of an account", messages: [first] });
  for (const count of [1, 10]) {
    const outputs = meter.net.nodes.slice(0, 1).flatMap((node) => Array(count).fill(output(node)));
    const inputs = [output(author, String(5 * count))];
    const message = msg("/cosmos.bank.v1beta1.MsgMultiSend", MsgMultiSend, { inputs, outputs });
    const units = { of: "output", count };
    meter.run({ by: author, example: `to ${count}`, messages: [message], units });
  }
}

function feegrantExamples(meter: Meter): void {
  const { author, requester } = meter.net;
  const { chain } = meter.net;
  const end = chain.timeMs + 3_600_000n;
  const posts = ["/assay.tasks.v1.MsgCommit", "/assay.tasks.v1.MsgReveal"];
  const allowances: [string, Any][] = [
    ["basic with a limit and an end", feegrants.basic("100uassay", end)],
    ["periodic", feegrants.periodic({ seconds: 60n, perPeriod: "10uassay" })],
    ["basic for two messages", feegrants.only(posts, feegrants.basic("100uassay"))],
  ];
  for (const [i, [example, allowance]] of allowances.entries()) {
    const message = feegrants.grantTo(author, testKey(`grantee ${i}`), allowance);
    meter.run({ by: author, example: `${example}, to a new account`, messages: [message] });
  }
  const revoke = feegrants.revokeFrom(author, testKey("grantee 0"));
  meter.run({ by: author, example: "of one with an end", messages: [revoke] });
  const pruner = requester.address;
  const prune = msg("/cosmos.feegrant.v1beta1.MsgPruneAllowances", MsgPruneAllowances, { pruner });
  meter.run({ by: requester, example: "nothing has expired", messages: [prune] });
}

function release(net: TaskNet, version: string, tasks: number): Any {
  const { author, chain } = net;
  const definition = Definition.fromPartial({
    tasks: Array.from({ length: tasks }, (_, i) => ({
      key: `task${i}`,
      compare: Compare.COMPARE_EXACT,
      price: { perCall: "1000", perKib: "0" },
      ...{ maxInput: 16_384, maxOutput: 16_384, commitBlocks: 10, revealBlocks: 10 },
    })),
    roles: [1, 2],
    ...{ minBond: "1000000", minCommitmentMs: 60_000n, authorShare: "100000000000000000" },
  });
  const hash = definitionHash(OwnDefinition.decode(Definition.encode(definition).finish()));
  const artifact = {
    ...{ sha256: sha256(utf8Encode(version)), size: 8n, mediaType: "application/gzip", uri: "" },
  };
  const metadataHash = sha256(utf8Encode("metadata"));
  const parts = [chain.chainId, service, version, hash, artifact.sha256, metadataHash];
  return registryMsg("MsgPublishRelease", registryTx.MsgPublishRelease, {
    ...{ owner: author.address, service, version, definition, definitionHash: hash },
    ...{ artifact, metadataHash, signature: author.sign(taggedHash("release", ...parts)) },
  });
}

function registryExamples(meter: Meter): void {
  const { author, requester } = meter.net;
  const [owner, name] = [requester.address, "second-service"];
  const kind = NameKind.NAME_KIND_SERVICE;
  const profileHash = sha256(utf8Encode("profile"));
  const one = (by: TestKey, example: string, message: Any): void =>
    meter.run({ by, example, messages: [message] });
  const commitment = sha256(utf8Encode("commitment"));
  const { MsgCommitName, MsgRegisterUser, MsgRegisterService, MsgUpdateProfile } = registryTx;
  const { MsgRotateKey, MsgOfferName, MsgAcceptName, MsgRetireName } = registryTx;
  const { MsgSetReleaseStatus, MsgAnnounceInstance, MsgEndInstance } = registryTx;
  const committed = { committer: owner, commitment };
  one(requester, "a commitment", registryMsg("MsgCommitName", MsgCommitName, committed));
  const user = { owner, username: "newcomer" };
  one(requester, "without a commitment", registryMsg("MsgRegisterUser", MsgRegisterUser, user));
  const own = { owner, name };
  one(requester, "a name", registryMsg("MsgRegisterService", MsgRegisterService, own));
  const profile = { owner, profileHash };
  one(requester, "a hash", registryMsg("MsgUpdateProfile", MsgUpdateProfile, profile));
  const newKey = testKey("rotated").publicKey;
  one(requester, "a key", registryMsg("MsgRotateKey", MsgRotateKey, { owner, newKey }));
  const offer = { owner, kind, name, to: author.address };
  one(requester, "a service", registryMsg("MsgOfferName", MsgOfferName, offer));
  const accept = { newOwner: author.address, kind, name };
  one(author, "a service", registryMsg("MsgAcceptName", MsgAcceptName, accept));
  const retire = { owner: author.address, kind, name };
  one(author, "a service", registryMsg("MsgRetireName", MsgRetireName, retire));
  for (const [version, count] of [
    ["1.1.0", 1],
    ["1.2.0", 8],
  ] as const) {
    const units = { of: "task of the definition", count };
    const messages = [release(meter.net, version, count)];
    meter.run({ by: author, example: `a definition of ${count}`, messages, units });
  }
  const node = meter.node(6);
  const announced = {
    node: node.address,
    service,
    version: "1.1.0",
    endpoint: "https://a.example",
  };
  one(node, "another release", registryMsg("MsgAnnounceInstance", MsgAnnounceInstance, announced));
  const ended = { node: node.address, service };
  one(node, "an instance", registryMsg("MsgEndInstance", MsgEndInstance, ended));
  const status = ReleaseStatus.RELEASE_STATUS_DEPRECATED;
  const set = { owner: author.address, service, version: "1.1.0", status, reason: "use 1.2.0" };
  one(author, "deprecated", registryMsg("MsgSetReleaseStatus", MsgSetReleaseStatus, set));
}

function stakingExamples(meter: Meter): void {
  const { requester, chain } = meter.net;
  const last = meter.node(7);
  const one = (by: TestKey, example: string, message: Any): void =>
    meter.run({ by, example, messages: [message] });
  const { MsgBond, MsgAddBond, MsgExtendCommitment, MsgSetOperator, MsgUnbond } = stakingTx;
  const bond = {
    ...{ owner: requester.address, operator: requester.address, service, roles: [1, 2] },
    ...{ amount: "2000000", capacity: 8, commitmentMs: 3_600_000n },
  };
  one(requester, "both roles", stakingMsg("MsgBond", MsgBond, bond));
  const owner = last.address;
  const added = { owner, service, amount: "1000000" };
  one(last, "an amount", stakingMsg("MsgAddBond", MsgAddBond, added));
  const longer = { owner, service, commitmentMs: 7_200_000n };
  one(last, "longer", stakingMsg("MsgExtendCommitment", MsgExtendCommitment, longer));
  const less = { owner, service, amount: "500000" };
  one(last, "before its time", stakingMsg("MsgUnbond", MsgUnbond, less));
  chain.next({ advanceMs: 21_600_000n });
  for (const count of [1, 2]) {
    // One operator for two nodes.
    const [by, other] = [meter.node(3 * count), meter.node(3 * count - 1)];
    const set = { owner: other.address, service, operator: by.address };
    const message = stakingMsg("MsgSetOperator", MsgSetOperator, set);
    if (count === 2) one(other, "another key", message);
    const owners = (count === 2 ? [by, other] : [by]).map(({ address }) => address);
    const named = chain.read((ctx) => slot(ctx));
    const alive = { operator: by.address, nodes: owners.sort(ascending), slot: named };
    const messages = [stakingMsg("MsgHeartbeat", stakingTx.MsgHeartbeat, alive)];
    const units = { of: "node", count };
    meter.run({ by, example: `of ${count}`, messages, units });
  }
}

const ascending = (a: string, b: string): number => (a < b ? -1 : 1);

function requestMsg(net: TaskNet, fields: object): Any {
  return tasksMsg("MsgRequestTask", tasksTx.MsgRequestTask, {
    ...{ requester: net.requester.address, service, version: "1.0.0", taskKey: "echo" },
    ...{ input: { inline: utf8Encode("hello") }, validators: 2, maxFee: "1000000" },
    ...fields,
  });
}

type Opened = { readonly task: Task; readonly seats: readonly Seat[] };

/** Requests a task that is no example; drawn, with its called seats. */
function drawn(meter: Meter, fields: object = {}): Opened {
  const { chain, requester } = meter.net;
  chain.mustRun(requester, requestMsg(meter.net, fields), { fee, gas: 2_000_000n });
  chain.next();
  const task = meter.net.task();
  const seats = task.seats.slice(0, 1 + task.validators);
  assert.equal(seats.length, 1 + task.validators);
  return { task, seats };
}

function commitMsg({ net }: Meter, task: Task, seat: Seat, answer: string): Any {
  const { id: taskId, attempt } = task;
  const { node } = seat;
  const commitment = commitmentOf({
    ...{ chainId: net.chain.chainId, taskId, attempt, role: seat.role, node },
    ...hashesOf(answer),
    salt: saltOf(node, taskId),
  });
  const posts = [{ taskId, node, attempt, commitment }];
  return tasksMsg("MsgCommit", tasksTx.MsgCommit, { operator: node, posts });
}

function revealMsg(task: Task, seat: Seat, text: string): Any {
  const posts = [revealPost(task, seat, text)];
  return tasksMsg("MsgReveal", tasksTx.MsgReveal, { operator: seat.node, posts });
}

/** Each on a chain of its own: what was drawn before, and with it the app hash, shall not count. */
const requestExamples: readonly ((meter: Meter) => void)[] = [
  ...[5, 4096].map((count) => (meter: Meter) => {
    const units = { of: "byte of input", count };
    const input = { inline: utf8Encode("x".repeat(count)) };
    const messages = [requestMsg(meter.net, { input })];
    const by = meter.net.requester;
    meter.run({ by, example: `an input of ${count} bytes`, messages, units });
  }),
  ...[0, 4].map((count) => (meter: Meter) => {
    const units = { of: "validator", count };
    const messages = [requestMsg(meter.net, { validators: count })];
    meter.run({ by: meter.net.requester, example: `${count} validators`, messages, units });
  }),
  (meter) => {
    const by = meter.net.requester;
    const fields = { requester: by.address, taskId: 1n };
    const message = "/assay.tasks.v1.MsgCancelTask";
    const cancel = tasksMsg("MsgCancelTask", tasksTx.MsgCancelTask, fields);
    const example = "in one transaction with its MsgRequestTask";
    meter.run({ by, example, message, messages: [requestMsg(meter.net, {}), cancel] });
  },
];

function submitExample(meter: Meter): void {
  const { task, seats } = drawn(meter, { validators: 0 });
  const [seat = assert.fail("expected a seat")] = seats;
  const answer = "hello";
  const fields = {
    ...{ operator: seat.node, node: seat.node, taskId: task.id },
    ...{ resultHash: hashesOf(answer).resultHash, output: { inline: utf8Encode(answer) } },
  };
  const messages = [tasksMsg("MsgSubmitResult", tasksTx.MsgSubmitResult, fields)];
  meter.run({ by: meter.net.key(seat), example: "an output of 5 bytes", messages });
}

const roles = ["the executor's", "a validator's"] as const;

/** All seats of one task commit and reveal; the answer is its output. */
function postExamples(meter: Meter, answer: string): void {
  const { chain } = meter.net;
  const { seats } = drawn(meter);
  for (const [i, seat] of seats.entries()) {
    const by = meter.net.key(seat);
    const message = commitMsg(meter, meter.net.task(), seat, answer);
    // A commitment has no size: the short answer's is the example.
    if (answer.length > 5) chain.mustRun(by, message, { fee });
    else meter.run({ by, example: roles[i] ?? "another validator's", messages: [message] });
  }
  chain.next();
  for (const [i, seat] of seats.entries()) {
    const by = meter.net.key(seat);
    const message = revealMsg(meter.net.task(), seat, answer);
    const role = roles[i];
    if (role === undefined) {
      chain.mustRun(by, message, { fee });
      continue;
    }
    const units = { of: `byte of output, ${role}`, count: answer.length };
    const example = `${role}, of an output of ${answer.length} bytes`;
    meter.run({ by, example, messages: [message], units });
  }
}

function leakExamples(meter: Meter): void {
  const { net } = meter;
  const { chain, author } = net;
  const answer = "hello";
  const { task, seats } = drawn(meter);
  const [, seat = assert.fail("expected a validator")] = seats;
  net.deliver(
    chain.tx(net.key(seat), commitMsg(meter, task, seat, answer), { fee, gas: 2_000_000n }),
  );
  const { node } = seat;
  const opening = { ...hashesOf(answer), salt: saltOf(node, task.id) };
  const leak = { reporter: author.address, taskId: task.id, node, ...opening };
  const reported = [tasksMsg("MsgReportLeak", tasksTx.MsgReportLeak, leak)];
  meter.run({ by: author, example: "a right opening", messages: reported });
  const bond = chain.read((ctx) => findBond(ctx, service as never, node));
  chain.next({ advanceMs: (bond?.jailedUntilMs ?? 0n) - chain.timeMs + 1000n });
  const unjail = { signer: node, node, service };
  const messages = [stakingMsg("MsgUnjail", stakingTx.MsgUnjail, unjail)];
  meter.run({ by: net.key(seat), example: "by the node", messages });
}

/** Every standard example, in an order that is part of the figures. */
export function gasFigures(): readonly GasFigure[] {
  const groups: readonly ((meter: Meter) => void)[] = [
    ...[bankExamples, feegrantExamples, registryExamples, stakingExamples, ...requestExamples],
    (meter) => postExamples(meter, "hello"),
    (meter) => postExamples(meter, "x".repeat(4096)),
    ...[submitExample, leakExamples],
  ];
  return groups.flatMap((group) => {
    const meter = new Meter();
    group(meter);
    meter.net.chain.assertInvariants();
    assert.deepEqual(meter.net.chain.alarms(), []);
    return meter.figures;
  });
}
