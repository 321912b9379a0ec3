import { ConsensusParams } from "../../proto/cosmos.ts";
import { StartError } from "../errors.ts";

type Section = Readonly<Record<string, unknown>>;

const second = 1_000_000_000n;
// CometBFT's own, for a file that says nothing.
const byDefault: Readonly<Record<string, Section>> = {
  block: { max_bytes: "22020096", max_gas: "-1" },
  evidence: {
    max_age_num_blocks: "100000",
    max_age_duration: String(48n * 3600n * second),
    max_bytes: "1048576",
  },
  validator: { pub_key_types: ["ed25519"] },
};

/**
 * consensus_params of a genesis file as CometBFT hands them to InitChain. A node that joins by state sync gets no
 * InitChain, and the chain never changes them.
 */
export function paramsOfGenesis(file: unknown): ConsensusParams {
  const params = (file ?? byDefault) as Readonly<Record<string, Section | undefined>>;
  const whole = (section: string, name: string): bigint => {
    const value = params[section]?.[name] ?? "0";
    if (typeof value === "string" && /^-?[0-9]{1,18}$/.test(value)) return BigInt(value);
    if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
    const got = JSON.stringify(value);
    throw new StartError(
      "E1405",
      `genesis: consensus_params.${section}.${name}: expected a whole number, got ${got}`,
      ["use the genesis file of the chain"],
    );
  };
  const age = whole("evidence", "max_age_duration");
  const types = params["validator"]?.["pub_key_types"];
  return ConsensusParams.fromPartial({
    block: { maxBytes: whole("block", "max_bytes"), maxGas: whole("block", "max_gas") },
    evidence: {
      maxAgeNumBlocks: whole("evidence", "max_age_num_blocks"),
      maxAgeDuration: { seconds: age / second, nanos: Number(age % second) },
      maxBytes: whole("evidence", "max_bytes"),
    },
    validator: { pubKeyTypes: Array.isArray(types) ? types.map(String) : [] },
    version: { app: whole("version", "app") },
    abci: { voteExtensionsEnableHeight: whole("abci", "vote_extensions_enable_height") },
  });
}
