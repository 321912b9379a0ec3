import { it } from "node:test";

it("canary: never ends", () => new Promise(() => setInterval(() => undefined, 1000)));
