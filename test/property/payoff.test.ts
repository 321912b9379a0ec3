import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Dec } from "../../core/brand.ts";
import { amount } from "../../core/math/integers.ts";
import { slashAmount, slashFraction } from "../../modules/staking/index.ts";
import { TaskStatus } from "../../modules/tasks/index.ts";
import {
  judge,
  type Ending,
  type Judgement,
  type SeatFacts,
} from "../../modules/tasks/judgement.ts";
import { tally, type Vote } from "../../modules/tasks/tally.ts";
import { Role, SeatStatus } from "../../modules/tasks/types.ts";
import { TaskChain } from "../support/taskChain.ts";
import { calledSeats, commit, drawn, reveal, type Answer } from "../support/taskMoves.ts";

// The smallest stake that a definition allows: 1,000 times the price (PROTOCOL 4).
const fee = 1_000n;
const postFee = 2_500n;
const base = amount(1_000_000n);

type Play = "A" | "B" | "?" | "-";
const plays: readonly Play[] = ["A", "B", "?", "-"];

const valueOf = (play: Play): string | undefined =>
  play === "A" || play === "B" ? play : undefined;

function factsOf(play: Play, index: number): SeatFacts {
  return {
    role: index === 0 ? Role.ROLE_EXECUTOR : Role.ROLE_VALIDATOR,
    status: play === "-" ? SeatStatus.SEAT_STATUS_COMMITTED : SeatStatus.SEAT_STATUS_REVEALED,
    value: valueOf(play),
    unavailable: play === "?",
    late: false,
    excused: false,
    hasOwnFee: true,
  };
}

function endingOf(panel: readonly Play[]): Ending {
  const votes = panel.map((play): Vote => ({
    value: valueOf(play),
    unavailable: play === "?",
    deniesBytes: false,
  }));
  const [executor, ...validators] = votes;
  assert.ok(executor !== undefined);
  const verdict = tally(executor, validators);
  if (verdict.kind === "valid") return { kind: "valid", value: verdict.value, withheld: false };
  return verdict.kind === "unavailable"
    ? { kind: "unavailable", withheld: false }
    : { kind: "noMajority", revealPhase: true, withheld: false };
}

/** What a seat wins or loses, with the posts it made. */
function payoff(judgement: Judgement, role: Role, n: bigint, posts: bigint): bigint {
  const cost = (severity: Dec): bigint =>
    slashAmount(slashFraction({ role, severity, n, repeats: 0n }), base);
  const earned = (judgement.paysFee ? fee : 0n) + (judgement.paysPosts ? posts * postFee : 0n);
  const { charge } = judgement;
  if (charge === undefined) return earned;
  const bound = charge.kind === "miss" ? 2n * fee : charge.kind === "unavailable" ? fee : base;
  const asked = cost(charge.severity);
  return earned - (asked < bound ? asked : bound);
}

function payoffOf(panel: readonly Play[], seat: number): bigint {
  const judgements = judge(endingOf(panel), panel.map(factsOf));
  const judgement = judgements[seat];
  assert.ok(judgement !== undefined);
  const role = seat === 0 ? Role.ROLE_EXECUTOR : Role.ROLE_VALIDATOR;
  return payoff(judgement, role, BigInt(panel.length - 1), panel[seat] === "-" ? 1n : 2n);
}

function* panels(size: number): Generator<Play[]> {
  for (let code = 0; code < 4 ** size; code++) {
    yield Array.from({ length: size }, (_, i) => plays[Math.floor(code / 4 ** i) % 4] ?? "-");
  }
}

describe("payoffs", () => {
  it("X11: revealing never pays less than withholding, for each role, value and reveals of the others", () => {
    let compared = 0;
    for (let size = 2; size <= 6; size++) {
      for (const panel of panels(size)) {
        for (const [seat, play] of panel.entries()) {
          if (play === "-") continue;
          const revealed = payoffOf(panel, seat);
          const withheld = payoffOf(panel.with(seat, "-"), seat);
          assert.ok(
            revealed >= withheld,
            `${panel.join("")} seat ${seat}: ${revealed} < ${withheld}`,
          );
          compared += 1;
        }
      }
    }
    assert.equal(compared, 23_208);
  });

  it("Z4: withholding costs a wrong answer of that role in every outcome, and no majority saves it", () => {
    for (let size = 2; size <= 6; size++) {
      for (const panel of panels(size)) {
        const wrong = (role: Role, severity: bigint): bigint =>
          slashAmount(
            slashFraction({
              role,
              severity: severity as Dec,
              n: BigInt(size - 1),
              repeats: 0n,
            }),
            base,
          );
        for (const [seat, play] of panel.entries()) {
          if (play !== "-") continue;
          const expected =
            seat === 0
              ? wrong(Role.ROLE_EXECUTOR, 10n ** 18n)
              : wrong(Role.ROLE_VALIDATOR, 8n * 10n ** 17n);
          assert.equal(payoffOf(panel, seat), -expected, `${panel.join("")} seat ${seat}`);
        }
      }
    }
  });

  it("X10: a seat that withholds loses at least what the requester loses by it", () => {
    // Three seats, one withholds, no majority: the requester pays the base fee and the posts.
    const requesterLoss = 150n + 4n * postFee;
    assert.ok(-payoffOf(["A", "A", "-"], 2) >= requesterLoss);
    assert.ok(-payoffOf(["-", "A", "B"], 0) >= requesterLoss);
  });

  it("an UNAVAILABLE against readers costs at most its fee and never a slash", () => {
    for (let size = 2; size <= 6; size++) {
      for (const panel of panels(size)) {
        for (const [seat, play] of panel.entries()) {
          if (play === "?") assert.ok(payoffOf(panel, seat) >= -fee, panel.join(""));
        }
      }
    }
  });

  it("only a seat that agrees with the standing value earns a fee", () => {
    for (const panel of panels(5)) {
      const ending = endingOf(panel);
      for (const [i, judgement] of judge(ending, panel.map(factsOf)).entries()) {
        const agrees = ending.kind === "valid" && valueOf(panel[i] ?? "-") === ending.value;
        assert.equal(judgement.paysFee, agrees, panel.join(""));
      }
    }
  });
});

/** Seats of a chain that commit A or B and reveal only where the bit is set. */
function play(committed: readonly Answer[], mask: number): TaskChain {
  const chain = new TaskChain({ nodes: committed.length + 2, commitBlocks: 5, revealBlocks: 5 });
  const validators = committed.length - 1;
  const task = drawn(chain, { validators });
  const seats = calledSeats(task);
  const answer = (i: number): Answer => committed[i] ?? "A";
  chain.block(seats.map((seat, i) => commit(chain, task, seat, answer(i))));
  const reveals = seats.flatMap((seat, i) =>
    (mask & (1 << i)) === 0 ? [] : [reveal(chain, task, seat, answer(i))],
  );
  const [first] = seats;
  const executorReveals = first !== undefined && (mask & 1) === 1;
  if (executorReveals) chain.block(reveals.slice(0, 1));
  else chain.blocks(3);
  chain.block(executorReveals ? reveals.slice(1) : reveals);
  for (let i = 0; i < 20 && chain.task().finishedHeight === 0n; i++) chain.block();
  return chain;
}

describe("all reveal subsets on a chain", () => {
  const rows: readonly (readonly Answer[])[] = [
    ["A", "A"],
    ["A", "A", "A"],
    ["A", "B", "B"],
    ["A", "A", "B", "A"],
    ["A", "A", "A", "A", "B"],
  ];
  for (const committed of rows) {
    it(`Z4: ${committed.join("")} with each subset of its reveals: who withholds is slashed, nobody gains by it`, () => {
      for (let mask = 0; mask < 1 << committed.length; mask++) {
        const chain = play(committed, mask);
        const task = chain.task();
        const name = `${committed.join("")} ${mask.toString(2)} status ${task.status}`;
        const n = BigInt(committed.length - 1);
        for (const [i, seat] of calledSeats(task).entries()) {
          const withheld = (mask & (1 << i)) === 0;
          const wrong =
            task.status === TaskStatus.TASK_STATUS_VALID &&
            Buffer.compare(seat.resultHash, task.resultHash) !== 0;
          const severity = (i === 0 ? 10n ** 18n : 8n * 10n ** 17n) as Dec;
          const full = slashAmount(
            slashFraction({ role: seat.role, severity, n, repeats: 0n }),
            base,
          );
          assert.equal(seat.slashed, withheld || wrong ? full : 0n, `${name} seat ${i}`);
          assert.equal(chain.bond(seat.node)?.amount, 2_000_000n - seat.slashed, name);
          if (withheld || wrong) assert.equal(seat.paid + seat.postFees, 0n, name);
        }
        // Z5: nothing that was taken reaches the requester or a node.
        const slashes = calledSeats(task).map((seat) => seat.slashed);
        const burnedOfSlashes = slashes.reduce((total, one) => total + (one * 8n) / 10n, 0n);
        const slashed = slashes.reduce((total, one) => total + one, 0n);
        const burned = task.settlement?.burned ?? 0n;
        const supply = 1_000_000_000_000n + 2_000_000n * BigInt(committed.length + 2);
        assert.equal(supply - chain.supply(), burned + burnedOfSlashes, name);
        assert.equal(chain.balance("community_pool"), slashed - burnedOfSlashes, name);
      }
    });
  }
});
