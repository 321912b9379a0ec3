import { describe, it } from "node:test";

console.log("# pass 99");
console.log("not ok 1 - a line of a test's own output");
describe("canary: passes", () => {
  it("once", () => undefined);
  it("twice # with a hash", () => undefined);
  it("never", { skip: "no reason" }, () => undefined);
});
