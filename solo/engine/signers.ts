import { SignedMsgType, type BlockID, type Commit } from "cosmjs-types/tendermint/types/types";
import type { Timestamp } from "cosmjs-types/google/protobuf/timestamp";
import { BlockIDFlag } from "cosmjs-types/tendermint/types/validator";
import { toHex } from "../../core/bytes.ts";
import type { DevelopmentKey } from "../chain/keys.ts";
import { totalPower, type Validator } from "../chain/validators.ts";
import { absentSignature, voteSignBytes } from "../chain/votes.ts";

/** The development keys of the chain's validators, and which of them sign at present. */
export class Signers {
  readonly #keys: ReadonlyMap<string, DevelopmentKey>;
  readonly #down = new Set<string>();
  readonly #chainId: string;

  constructor(chainId: string, keys: readonly DevelopmentKey[]) {
    this.#chainId = chainId;
    this.#keys = new Map(keys.map((key) => [toHex(key.address), key]));
  }

  key(address: Uint8Array): DevelopmentKey | undefined {
    return this.#keys.get(toHex(address));
  }

  setSigning(address: Uint8Array, signs: boolean): void {
    if (signs) this.#down.delete(toHex(address));
    else this.#down.add(toHex(address));
  }

  /** Those of a set that would sign now, in its order. */
  signing(set: readonly Validator[]): Validator[] {
    return set.filter(
      ({ address }) => this.key(address) !== undefined && !this.#down.has(toHex(address)),
    );
  }

  /** More than two thirds of the power, as for any commit. */
  canDecide(set: readonly Validator[]): boolean {
    return 3n * totalPower(this.signing(set)) > 2n * totalPower(set);
  }

  /** Precommits of all that sign, at one time. */
  commit(
    set: readonly Validator[],
    height: bigint,
    blockId: BlockID,
    timestamp: Timestamp,
  ): Commit {
    const signing = new Set(this.signing(set));
    const vote = { chainId: this.#chainId, height, round: 0, blockId, timestamp };
    const bytes = voteSignBytes({ ...vote, type: SignedMsgType.SIGNED_MSG_TYPE_PRECOMMIT });
    const signatures = set.map((validator) => {
      const key = this.key(validator.address);
      if (key === undefined || !signing.has(validator)) return absentSignature;
      return {
        blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_COMMIT,
        validatorAddress: validator.address,
        timestamp,
        signature: key.sign(bytes),
      };
    });
    return { height, round: 0, blockId, signatures };
  }
}
