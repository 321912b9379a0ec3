import assert from "node:assert/strict";
import type { DescMessage } from "@bufbuild/protobuf";
import { contributionTx } from "../../../app/proposal/contribution.ts";
import { checkMessages } from "../../../app/tx/checkedTx.ts";
import { decodeTx, readTx, type DecodedTx } from "../../../app/tx/decode.ts";
import { readPlainTx, type TxParts } from "../../../app/tx/plainTx.ts";
import { equalBytes } from "../../../core/bytes.ts";
import { TxError } from "../../../core/errors.ts";
import { WireScanner } from "../../../core/wire/scanner.ts";
import { AuthInfo, TxBody, TxRaw } from "../../../proto/cosmos.ts";
import { testRegistry } from "../../support/driverReplica.ts";
import { corpusTxs } from "../corpus.ts";
import type { Target } from "../harness.ts";
import { Mutator } from "../mutate.ts";
import { reencoded, secondCodec } from "../secondCodec.ts";

/** The decoder of transactions with the checks that need no state. */
export const txTarget: Target = {
  name: "transaction decoder",
  inputs: 100_000,
  make(random) {
    const seeds = [...corpusTxs(), contributionTx(new Uint8Array(96)), new Uint8Array(30).fill(11)];
    const mutator = new Mutator(random, seeds);
    const facts = { "transactions with good messages": 0, "plain transactions": 0 };
    return {
      next: () => mutator.next(),
      run(bytes) {
        const registry = testRegistry();
        let tx: DecodedTx;
        try {
          tx = decodeTx(registry, bytes);
        } catch (error) {
          assert.ok(
            error instanceof TxError && error.codespace === "sdk" && error.code === 2,
            text(error),
          );
          mustBeRefused(bytes);
          return "rejected";
        }
        if (readPlainTx(registry, bytes) !== undefined) {
          facts["plain transactions"] += 1;
          assert.deepEqual(jsonOf(tx), jsonOf(readTx(registry, bytes)));
        }
        bothAgree(tx, bytes);
        try {
          checkMessages(tx);
          facts["transactions with good messages"] += 1;
        } catch (error) {
          assert.ok(error instanceof TxError, text(error));
        }
        return "accepted";
      },
      facts: () => facts,
    };
  },
};

const text = (error: unknown): string =>
  `expected sdk/2, got ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;

const raw = secondCodec("cosmos.tx.v1beta1.TxRaw");
const body = secondCodec("cosmos.tx.v1beta1.TxBody");
const authInfo = secondCodec("cosmos.tx.v1beta1.AuthInfo");

const jsonOf = ({ raw, body, authInfo }: TxParts): object => ({
  raw: TxRaw.toJSON(raw),
  body: TxBody.toJSON(body),
  authInfo: AuthInfo.toJSON(authInfo),
});

/** What passed must read and write to the same bytes by either codec, at each of its levels. */
function bothAgree(tx: DecodedTx, bytes: Uint8Array): void {
  same(raw, bytes);
  const { authInfoBytes, bodyBytes } = tx.raw;
  // The decoder does not look again: this is what it relies on.
  assert.ok(equalBytes(TxRaw.encode(tx.raw).finish(), bytes), "TxRaw: other bytes");
  assert.ok(equalBytes(TxBody.encode(tx.body).finish(), bodyBytes), "TxBody: other bytes");
  assert.ok(equalBytes(AuthInfo.encode(tx.authInfo).finish(), authInfoBytes), "AuthInfo: other");
  same(authInfo, authInfoBytes);
  // The vendored files are those of SDK 0.50, which lack both fields.
  const { timeoutTimestamp, unordered } = tx.body;
  if (timeoutTimestamp !== undefined || unordered) return;
  same(body, bodyBytes);
}

function same(type: DescMessage, bytes: Uint8Array): void {
  const again = reencoded(type, bytes);
  assert.ok(again !== undefined && equalBytes(again, bytes), `${type.name}: other bytes`);
}

/** The other way round for the outermost level: refused bytes are not what an encoder writes, or hold such. */
function mustBeRefused(bytes: Uint8Array): void {
  // The second codec takes most of the time.
  if (bytes.length % 4 !== 0) return;
  const again = reencoded(raw, bytes);
  if (again === undefined || !equalBytes(again, bytes) || bytes.length === 0) return;
  const { schema } = testRegistry();
  const fault = new WireScanner(schema, () => undefined).scan("cosmos.tx.v1beta1.TxRaw", bytes);
  assert.ok(
    fault === undefined || fault.startsWith("fields:"),
    `canonical TxRaw refused: ${fault}`,
  );
}
