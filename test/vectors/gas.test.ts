import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { modules } from "../../app/modules.ts";
import { utf8Encode } from "../../core/bytes.ts";
import type { Any } from "../../proto/cosmos.ts";
import { MsgRequestTask } from "../../proto/gen/assay/tasks/v1/tx.ts";
import { msg, type TxOptions } from "../support/driver.ts";
import { basic, grantTo, sendMsg } from "../support/feegrants.ts";
import { testKey, type TestKey } from "../support/keys.ts";
import { service, TaskNet } from "../support/taskNet.ts";
import { gasFigures } from "../support/gasExamples.ts";
import { gasPage, goldenText } from "../support/gasPage.ts";
import { root } from "../tidy/tree.ts";

type Row = readonly [message: string, example: string, gas: number];
const golden = JSON.parse(
  readFileSync(join(root, "test/vectors/data/gas.json"), "utf8"),
) as readonly Row[];

const requestOf = ({ requester }: TaskNet, by: string = requester.address): Any =>
  msg("/assay.tasks.v1.MsgRequestTask", MsgRequestTask, {
    ...{ requester: by, service, taskKey: "echo", validators: 2, maxFee: "1000000" },
    input: { inline: utf8Encode("hello"), sha256: new Uint8Array(), size: 5n },
  });

describe("vectors: gas of the standard examples", () => {
  const figures = gasFigures();

  it("50 examples, at least one of every message", () => {
    assert.equal(golden.length, 50);
    const measured = new Set(golden.map(([message]) => message));
    const messages = modules.flatMap(({ msgs }) => msgs.map(({ typeUrl }) => typeUrl));
    assert.equal(messages.length, 30);
    assert.deepEqual(
      messages.filter((typeUrl) => !measured.has(typeUrl)),
      [],
    );
  });

  it("every figure is the golden one: else npm run gas, a line in CHANGELOG.md and an upgrade", () => {
    assert.equal(
      goldenText(figures),
      readFileSync(join(root, "test/vectors/data/gas.json"), "utf8"),
    );
  });

  it("a transaction runs with exactly the gas that its simulation said", () => {
    for (const { message, example, gas, simulated } of figures)
      assert.equal(gas, simulated, `${message} ${example}`);
  });

  it("x 1.3 + 20,000 and x 1.4 of a simulation without a fee suffice when others were faster", () => {
    const margins: ((gas: bigint) => bigint)[] = [
      (gas) => (gas * 13n) / 10n + 20_000n,
      (gas) => (gas * 14n) / 10n,
    ];
    for (const margin of margins) {
      const net = new TaskNet(8);
      const { chain, author, requester, nodes } = net;
      const [first = assert.fail(), second = assert.fail()] = nodes;
      chain.mustRun(author, grantTo(author, second, basic("100000uassay")));
      const stranger = testKey("paid twice");
      const own = (by: TestKey, messages: Any[], more: TxOptions = {}): Uint8Array => {
        const options = { ...more, sequence: chain.signer(by).sequence };
        const simulated = chain.simulate(chain.tx(by, messages, { ...options, unsigned: true }));
        return chain.tx(by, messages, {
          ...options,
          fee: "5000uassay",
          gas: margin(simulated.gasUsed),
        });
      };
      const all = [
        own(first, [sendMsg(first, stranger)]),
        own(second, [sendMsg(second, stranger)]),
        own(requester, [requestOf(net)]),
        own(author, [sendMsg(author, requester)]),
      ];
      // In front of them: the account is made, a task is requested by somebody else, and balances moved.
      const [, , third = assert.fail()] = nodes;
      const before = chain.tx(third, [sendMsg(third, stranger), requestOf(net, third.address)], {
        fee: "90000uassay",
        gas: 3_000_000n,
      });
      const results = chain.deliver(before, ...all);
      for (const { code, log } of results) assert.equal(code, 0, log);
    }
  });

  it("docs/GAS.md says what was measured", () => {
    assert.equal(readFileSync(join(root, "docs/GAS.md"), "utf8"), gasPage(figures));
  });
});
