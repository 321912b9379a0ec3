import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grantFinding } from "../../../cli/executor/doctor.ts";

/** A chain where the granter has so many uassay and grants fees, or does not. */
function chain(amount: string, granted: boolean): Parameters<typeof grantFinding>[0] {
  return {
    balances: (address) =>
      Promise.resolve(address === "owner" ? [{ denom: "uassay", amount }] : []),
    feeGrant: (granter, grantee) => Promise.resolve(granted ? { granter, grantee } : undefined),
  };
}

describe("assay executor doctor: fees that somebody else pays", () => {
  it("is content with a grant of a granter who can pay, though the operator has no coins", async () => {
    assert.deepEqual(await grantFinding(chain("3000000", true), "owner", "operator"), {
      ...{ level: "ok", name: "funds" },
      text: "fees are granted by owner; granter 3000000uassay = about 1000 posts",
    });
  });

  it("fails where the granter has too little, and says to whom coins must go", async () => {
    assert.deepEqual(await grantFinding(chain("999999", true), "owner", "operator"), {
      ...{ level: "fail", name: "funds" },
      text: "fees are granted by owner; granter 999999uassay = about 333 posts",
      fix: "assay tx bank send FROM owner 10ASSAY",
    });
  });

  it("fails without a grant, whatever the granter has", async () => {
    const { level, text } = await grantFinding(chain("3000000", false), "owner", "operator");
    assert.deepEqual([level, text], ["fail", "owner grants operator no fees"]);
  });
});
