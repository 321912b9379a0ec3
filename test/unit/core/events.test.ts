import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineEvent, emit, EventLog, eventTypes } from "../../../core/events.ts";
import { BugError } from "../../../core/errors.ts";
import type { WireType } from "../../../core/codec.ts";

type Departed = {
  crossingId: bigint;
  takings: bigint;
  seats: string[];
  sha256Hash: Uint8Array;
  done: boolean;
};
const wire: WireType<Departed> = {
  encode: () => ({ finish: () => new Uint8Array() }),
  decode: () => assert.fail(),
};

describe("core: events", () => {
  it("are plain text: integers decimal, bytes lower hex, lists with commas, names in snake case", () => {
    const event = defineEvent(wire, "test_departed", ["crossingId"]);
    const events = new EventLog();
    emit({ events }, event, {
      crossingId: 2n ** 64n - 1n,
      takings: 0n,
      seats: ["a", "b"],
      sha256Hash: Uint8Array.of(0xab, 0),
      done: true,
    });
    assert.deepEqual(events.events, [
      {
        type: "test_departed",
        attributes: [
          { key: "crossing_id", value: "18446744073709551615", index: true },
          { key: "takings", value: "0", index: false },
          { key: "seats", value: "a,b", index: false },
          { key: "sha256_hash", value: "ab00", index: false },
          { key: "done", value: "true", index: false },
        ],
      },
    ]);
  });

  it("leave out a field that is not there", () => {
    const event = defineEvent<{ a?: string | undefined; b: string }>(
      { encode: () => assert.fail(), decode: () => assert.fail() },
      "test_optional",
    );
    const events = new EventLog();
    emit({ events }, event, { a: undefined, b: "" });
    assert.deepEqual(events.events[0]?.attributes, [{ key: "b", value: "", index: false }]);
  });

  it("refuse at start a type that is declared twice", () => {
    defineEvent(wire, "test_twice");
    assert.ok(eventTypes().has("test_twice"));
    assert.throws(() => defineEvent(wire, "test_twice"), BugError);
  });
});
