import assert from "node:assert/strict";
import { describe, it } from "node:test";

describe("canary: plants", () => {
  it("a failure", () => assert.equal(1, 2));
});
