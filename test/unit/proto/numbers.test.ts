import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { BaseAccount, Timestamp, TxBody } from "../../../proto/cosmos.ts";
import { basic, grantTo } from "../../support/feegrants.ts";
import { startChain } from "../../support/driver.ts";
import { testRegistry } from "../../support/driverReplica.ts";
import { send } from "../../support/chainSends.ts";

const edges = [
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 31n + 1n,
  3_000_000_000n,
  2n ** 32n - 1n,
  2n ** 32n,
];

describe("proto: 64-bit numbers of 2^31 and more", () => {
  it("cosmjs-types wrote other bytes from 2^31 to 2^32-1: ours are protobuf's", () => {
    const type = testRegistry().descriptors.getMessage("cosmos.auth.v1beta1.BaseAccount");
    assert.ok(type !== undefined);
    for (const sequence of [...edges, 0n, 1n, 127n, 128n, 2n ** 53n, 2n ** 64n - 1n]) {
      const own = BaseAccount.fromPartial({ address: "a", accountNumber: sequence, sequence });
      const bytes = BaseAccount.encode(own).finish();
      assert.deepEqual(toBinary(type, fromBinary(type, bytes)), bytes, String(sequence));
      assert.deepEqual(BaseAccount.decode(bytes), own);
    }
    for (const seconds of [-1n, -(2n ** 31n), ...edges]) {
      const time = Timestamp.fromPartial({ seconds });
      assert.deepEqual(Timestamp.decode(Timestamp.encode(time).finish()), time);
    }
  });

  it("a chain takes such a timeout, and a fee grant that ends after 2038", async () => {
    const chain = startChain();
    const [alice = assert.fail(), bob = assert.fail()] = chain.accounts;
    chain.mustRun(alice, send(alice, bob), { timeoutHeight: 3_000_000_000n });
    const body = TxBody.fromPartial({ timeoutHeight: 3_000_000_000n });
    assert.equal(TxBody.decode(TxBody.encode(body).finish()).timeoutHeight, 3_000_000_000n);
    chain.mustRun(alice, grantTo(alice, bob, basic("1000uassay", 2_300_000_000_000n)));
    const paid = { fee: "10uassay", granter: alice.address };
    // The second time it is read from what the first one wrote.
    chain.mustRun(bob, send(bob, alice), paid);
    chain.mustRun(bob, send(bob, alice), paid);
    await chain.stop();
  });
});
