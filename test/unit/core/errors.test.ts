import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import {
  BugError,
  errorTables,
  FatalError,
  invalidArgument,
  isMachineDependent,
  notFound,
  registerErrors,
  sdkErrors,
  TxError,
} from "../../../core/errors.ts";
import { StoreError } from "../../../core/store/errors.ts";

describe("core: errors", () => {
  it("make refusals with codespace, code and text", () => {
    const errors = registerErrors("testone", { first: 2, second: 7 });
    const made = errors.second("why");
    assert.ok(made instanceof TxError && made instanceof Error);
    assert.deepEqual([made.codespace, made.code, made.message], ["testone", 7, "why"]);
    assert.throws(
      () => errors.raise("first", "x"),
      (error) => error instanceof TxError && error.code === 2,
    );
    assert.deepEqual(errorTables().get("testone"), { first: 2, second: 7 });
  });

  it("D14: have their names where nobody may change Error.prototype", () => {
    const script = `
      const { TxError, BugError, FatalError } = await import(process.argv[1]);
      Object.freeze(Error.prototype);
      const made = [new TxError("tasks", 10, "no"), new BugError("no"), new FatalError("no")];
      console.log(made.map(String).join());`;
    const file = new URL(
      `../../../core/errors.${import.meta.filename.endsWith(".ts") ? "ts" : "js"}`,
      import.meta.url,
    );
    const args = [...process.execArgv, "--input-type=module", "-e", script, "--", file.href];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(stdout.trim(), "TxError: no,BugError: no,FatalError: no", stderr);
  });

  it("refuse at start a codespace twice, a code twice and a code below 2", () => {
    registerErrors("testtwo", {});
    assert.throws(() => registerErrors("testtwo", {}), BugError);
    assert.throws(() => registerErrors("testthree", { a: 2, b: 2 }), BugError);
    assert.throws(() => registerErrors("testfour", { a: 1 }), BugError);
  });

  it("keep the SDK's root codes", () => {
    const { codes } = sdkErrors;
    const known = { txDecode: 2, unauthorized: 4, insufficientFunds: 5, unknownRequest: 6 };
    const more = { invalidAddress: 7, unknownAddress: 9, invalidCoins: 10, outOfGas: 11 };
    const last = { insufficientFee: 13, invalidRequest: 18, keyNotFound: 22, txTimeoutHeight: 30 };
    const end = {
      unknownExtensionOptions: 31,
      wrongSequence: 32,
      notFound: 38,
      invalidGasLimit: 41,
    };
    for (const [name, code] of Object.entries({ ...known, ...more, ...last, ...end })) {
      assert.equal(codes[name as keyof typeof codes], code, name);
    }
  });

  it("word a query's refusal as the SDK's gRPC does", () => {
    assert.deepEqual(
      [notFound("account a not found").code, notFound("account a not found").message],
      [22, "rpc error: code = NotFound desc = account a not found: key not found"],
    );
    assert.deepEqual(
      [invalidArgument("x").code, invalidArgument("x").message],
      [18, "rpc error: code = InvalidArgument desc = x: invalid request"],
    );
  });

  it("D16: tell what may differ from machine to machine", () => {
    for (const error of [new RangeError("x"), new FatalError("x"), new StoreError("x")]) {
      assert.equal(isMachineDependent(error), true);
    }
    for (const error of [
      new BugError("x"),
      sdkErrors.logic("x"),
      new TypeError("x"),
      "x",
      undefined,
    ]) {
      assert.equal(isMachineDependent(error), false);
    }
  });
});
