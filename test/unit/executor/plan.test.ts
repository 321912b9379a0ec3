import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { toHex, utf8Encode } from "../../../core/bytes.ts";
import type { SeatRecord } from "../../../executor/journal.ts";
import { nextStep } from "../../../executor/plan.ts";
import { commitPost, recordOf, revealPost } from "../../../executor/posts.ts";
import { Compare, Role } from "../../../proto/gen/assay/registry/v1/registry.ts";
import { Seat, SeatStatus, Task, TaskStatus } from "../../../proto/gen/assay/tasks/v1/tasks.ts";

const chainId = "assay-test-1";
const secret = new Uint8Array(32).fill(9);
const exact = { compare: Compare.COMPARE_EXACT, fields: [] };
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function seat(index: number, role: Role, status: SeatStatus, more: Partial<Seat> = {}): Seat {
  return Seat.fromPartial({ index, node: `assay1node${index}`, role, status, ...more });
}

function task(status: TaskStatus, seats: Seat[], more: Partial<Task> = {}): Task {
  const windows = {
    attempt: 1,
    windowStart: 10n,
    windowEnd: 50n,
    revealBlocks: 40,
    commitBlocks: 40,
  };
  return Task.fromPartial({ id: 3n, validators: 2, status, seats, ...windows, ...more });
}

const {
  SEAT_STATUS_OPEN: open,
  SEAT_STATUS_COMMITTED: committed,
  SEAT_STATUS_REVEALED: revealed,
} = SeatStatus;
const { ROLE_EXECUTOR: executor, ROLE_VALIDATOR: validator } = Role;
const { TASK_STATUS_COMMIT: commit, TASK_STATUS_REVEAL: reveal } = TaskStatus;

function recordFor(one: Task, own: Seat, text = "42"): SeatRecord {
  return recordOf(chainId, one, own, { output: utf8Encode(text) }, exact, secret);
}

describe("executor: what to do next", () => {
  const own = seat(0, executor, open);
  const record = recordFor(task(commit, [own]), own);
  const other = seat(1, validator, committed);
  const table: [string, Task, Seat, SeatRecord | undefined, bigint, string][] = [
    ["runs when nothing is known", task(commit, [own]), own, undefined, 11n, "run"],
    ["commits what was run", task(commit, [own]), own, record, 11n, "commit"],
    [
      "submits without validators",
      task(commit, [own], { validators: 0 }),
      own,
      record,
      11n,
      "submit",
    ],
    [
      "waits once committed",
      task(commit, [seat(0, executor, committed)]),
      seat(0, executor, committed),
      record,
      11n,
      "wait",
    ],
    [
      "runs again when the journal is lost",
      task(commit, [seat(0, executor, committed)]),
      seat(0, executor, committed),
      undefined,
      11n,
      "run",
    ],
    [
      "reveals as executor at once",
      task(reveal, [seat(0, executor, committed)]),
      seat(0, executor, committed),
      record,
      11n,
      "reveal",
    ],
    [
      "waits for the executor's reveal",
      task(reveal, [seat(0, executor, committed), other]),
      other,
      record,
      11n,
      "wait",
    ],
    [
      "reveals after the executor",
      task(reveal, [seat(0, executor, revealed), other]),
      other,
      record,
      11n,
      "reveal",
    ],
    [
      "waits until the executor's half is over",
      task(reveal, [seat(0, executor, committed), other]),
      other,
      record,
      29n,
      "wait",
    ],
    [
      "reveals after the executor's half",
      task(reveal, [seat(0, executor, committed), other]),
      other,
      record,
      30n,
      "reveal",
    ],
    [
      "does nothing after its reveal",
      task(reveal, [seat(1, validator, revealed)]),
      seat(1, validator, revealed),
      record,
      31n,
      "wait",
    ],
    ["does nothing without a seat in COMMIT", task(reveal, [own]), own, record, 31n, "wait"],
  ];
  for (const [name, one, mine, journal, height, expected] of table) {
    it(name, () => assert.equal(nextStep(one, mine, journal, height), expected));
  }
});

describe("executor: posts", () => {
  const mine = seat(1, validator, open);
  const drawn = task(commit, [seat(0, executor, open), mine]);
  const record = recordFor(drawn, mine);

  it("commits with the attempt of the record and opens with its salt", () => {
    const post = commitPost(chainId, drawn, mine, record);
    assert.equal(post.commitment.length, 32);
    assert.equal(post.attempt, 1);
    assert.notDeepEqual(
      post.commitment,
      commitPost(chainId, drawn, mine, recordFor(drawn, mine, "43")).commitment,
    );
  });

  it("keeps the attempt of a standing commitment when it runs again after a lost journal", () => {
    const standing = seat(1, validator, committed, {
      attempt: 1,
      commitment: commitPost(chainId, drawn, mine, record).commitment,
    });
    const second = task(commit, [seat(0, executor, open), standing], { attempt: 2 });
    const again = recordFor(second, standing);
    assert.equal(again.attempt, 1);
    assert.deepEqual(commitPost(chainId, second, standing, again).commitment, standing.commitment);
  });

  function revealed0(text: string, more: Partial<Seat> = {}): Seat {
    const output = {
      inline: utf8Encode(text),
      sha256: new Uint8Array(),
      size: BigInt(text.length),
    };
    const hash = Buffer.from(sha256(text), "hex");
    return seat(0, executor, revealed, { resultHash: hash, outputSha256: hash, output, ...more });
  }
  const open1 = seat(1, validator, committed);
  const post = (first: Seat): ReturnType<typeof revealPost> =>
    revealPost(task(reveal, [first, open1]), open1, record, exact);

  it("says that the executor's bytes fit, and adds none of its own when they agree", () => {
    const agreed = post(revealed0("42"));
    assert.ok(agreed.bytesAvailable);
    assert.equal(agreed.output, undefined);
    assert.equal(toHex(agreed.resultHash), sha256("42"));
  });

  it("adds its own output when it differs, when the bytes do not fit and when there is no executor", () => {
    const differs = post(revealed0("41"));
    assert.ok(differs.bytesAvailable);
    assert.equal(Buffer.from(differs.output?.inline ?? []).toString(), "42");
    const unfit = post(
      revealed0("42", { output: { inline: utf8Encode("4"), sha256: new Uint8Array(), size: 1n } }),
    );
    assert.ok(!unfit.bytesAvailable);
    assert.ok(unfit.output !== undefined);
    const alone = post(seat(0, executor, committed));
    assert.ok(!alone.bytesAvailable);
    assert.ok(alone.output !== undefined);
  });

  it("opens UNAVAILABLE with zero hashes and no output", () => {
    const nothing = recordOf(chainId, drawn, mine, { unavailable: true }, exact, secret);
    const opening = revealPost(task(reveal, [revealed0("42"), open1]), open1, nothing, exact);
    assert.ok(opening.unavailable);
    assert.equal(opening.output, undefined);
    assert.deepEqual([...new Set([...opening.resultHash, ...opening.outputSha256])], [0]);
  });
});
