import { describe, it } from "node:test";
import { codesOf, TaskChain } from "../../support/taskChain.ts";
import { request } from "../../support/taskMoves.ts";
describe("strings", () => {
  for (const fields of [{ service: "a".repeat(300) }, { service: "" }, { service: "é\u0000" }, { taskKey: "a".repeat(300) }, { version: "9".repeat(5000) }, { version: "1.".repeat(300) }, { version: "1.0.0-" + "a".repeat(400) }, { validators: 4294967295 }, { selection: -5 }, { input: { size: 18446744073709551615n, sha256: new Uint8Array(32) } }, { tags: ["x".repeat(65)] }, {input: undefined}])
    it(JSON.stringify(fields, (_, v) => typeof v === "bigint" ? String(v) : v).slice(0, 60), () => {
      const chain = new TaskChain();
      console.log(codesOf(chain.block([request(chain, fields)])), JSON.stringify(fields, (_, v) => typeof v === "bigint" ? String(v) : v).slice(0, 40));
    });
});
