import {
  ExecTxResult,
  ResponseFinalizeBlock,
  ResponseInitChain,
} from "cosmjs-types/tendermint/abci/types";
import { equalBytes, toHex } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";

/**
 * What CometBFT signs of a block beside its app hash: code, data and gas of every transaction (LastResultsHash) and the
 * next validators. Nodes that differ in it fork as those of two states do; the codespace is ours to keep beside the code.
 */
export function answerHash({ txResults, validatorUpdates }: ResponseFinalizeBlock): Uint8Array {
  const answer = ResponseFinalizeBlock.fromPartial({
    validatorUpdates,
    txResults: txResults.map(({ code, codespace, data, gasWanted, gasUsed }) =>
      ExecTxResult.fromPartial({ code, codespace, data, gasWanted, gasUsed }),
    ),
  });
  return sha256(ResponseFinalizeBlock.encode(answer).finish());
}

/** App hash, validators and parameters that a chain begins with: CometBFT holds them against its own genesis. */
export const genesisHash = (answer: ResponseInitChain): Uint8Array =>
  sha256(ResponseInitChain.encode(answer).finish());

/** Replicas of one build say the same to the letter, events and texts too; what differs first otherwise. */
export function differenceOf(
  expected: ResponseFinalizeBlock,
  got: ResponseFinalizeBlock,
): string | undefined {
  const [one, other] = [expected, got].map((answer) =>
    ResponseFinalizeBlock.encode(answer).finish(),
  );
  if (one === undefined || other === undefined || equalBytes(one, other)) return undefined;
  for (const [i, result] of expected.txResults.entries()) {
    const [a, b] = [result, got.txResults[i]].map(resultText);
    if (a !== b) return `transaction ${i}: expected ${a}, got ${b}`;
  }
  if (!equalBytes(expected.appHash, got.appHash))
    return `app hash: expected ${toHex(expected.appHash)}, got ${toHex(got.appHash)}`;
  return `answer: expected ${toHex(one)}, got ${toHex(other)}`;
}

function resultText(result: ExecTxResult | undefined): string {
  if (result === undefined) return "none";
  const { codespace, code, gasWanted, gasUsed, data } = result;
  return `${codespace}/${code} ${gasUsed} of ${gasWanted} ${toHex(data)}`;
}
