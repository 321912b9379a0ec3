/** Which column of PROTOCOL 15 a genesis takes. */
export type Profile = "default" | "localnet";

const second = 1_000n;
const minute = 60n * second;
const hour = 60n * minute;
const day = 24n * hour;
const assay = 1_000_000n;
export const denom = "uassay";

/** Dec in its integer form: a share of n/1000. */
const thousandths = (n: bigint): string => String(n * 10n ** 15n);

type Json = Record<string, unknown>;

/** Parameters of every module, by its name, in the JSON form of its Params message. */
export function paramsOf(profile: Profile): Record<string, Json> {
  const local = profile === "localnet";
  const pick = (normal: bigint, onLocalnet: bigint): string => String(local ? onLocalnet : normal);
  return {
    auth: {
      max_memo_characters: "256",
      tx_sig_limit: "7",
      tx_size_cost_per_byte: "10",
      sig_verify_cost_ed25519: "590",
      sig_verify_cost_secp256k1: "1000",
    },
    bank: { send_enabled: [], default_send_enabled: true },
    clock: { epoch_ms: pick(hour, 2n * second), slot_ms: pick(6n * hour, 20n * second) },
    registry: {
      name_commit_required: !local,
      name_commit_min_blocks: "1",
      name_commit_max_ms: String(day),
      name_deposit: String(assay),
      name_rest_ms: String(30n * day),
      max_definition_bytes: 16_384,
      min_price: "10",
      due_per_block: 500,
      denom,
      instance_deposit: "100000",
    },
    staking: {
      denom,
      min_bond: pick(100n * assay, assay),
      min_commitment_ms: pick(day, minute),
      unbonding_ms: pick(21n * day, 2n * minute),
      jail_ms: pick(10n * minute, 10n * second),
      max_jail_ms: String(7n * day),
      early_exit_penalty: thousandths(100n),
      slash_to_pool: thousandths(200n),
      lease_slots: 2,
      due_per_block: 500,
    },
    reputation: { half_life_ms: String(30n * day), newcomer_load: thousandths(2_000n) },
    tasks: {
      draw_delay: 1,
      draw_limit: 40,
      max_validators: 51,
      reserves: 2,
      attempts: 3,
      post_fee: "2500",
      tax: thousandths(50n),
      emitter_share: thousandths(100n),
      validator_fee: thousandths(1_000n),
      max_inline: 16_384,
      max_open_seats: 10_000,
      requests_per_block: 200,
      due_per_block: 500,
      keep_blocks: "100000",
      appeal_ms: "0",
      draw_power: thousandths(100n),
      draw_power_high: "333333333333333333",
      high_stake: String(1_000n * assay),
      service_floor_seats: 100,
      bounty: thousandths(50n),
    },
  };
}
