import { it } from "node:test";

it("canary: ends the process half way", () => process.exit(0));
