import type { Address } from "../../core/brand.ts";
import { addressBytes } from "../../core/crypto/bech32.ts";
import { defineGenesis, type Fault } from "../../core/module.ts";
import type { Grant } from "../../proto/cosmos.ts";
import { ensureAccount } from "../auth/index.ts";
import { allowanceFault } from "./allowances.ts";
import { addGrant } from "./grants.ts";
import { grants, layout } from "./state.ts";
import { GenesisState } from "./types.ts";

function grantFault({ granter, grantee, allowance }: Grant): string | undefined {
  for (const [name, text] of [
    ["granter", granter],
    ["grantee", grantee],
  ] as const) {
    if (addressBytes(text) === undefined) return `${name}: expected bech32, got "${text}"`;
  }
  if (granter === grantee) return `grantee: expected another address than the granter's`;
  return allowanceFault(allowance)?.message;
}

function validate({ allowances }: GenesisState): Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  for (const [i, grant] of allowances.entries()) {
    const fail = (text: string): void => void faults.push({ pointer: `/allowances/${i}`, text });
    const fault = grantFault(grant);
    if (fault !== undefined) fail(fault);
    const pair = `${grant.granter} ${grant.grantee}`;
    if (seen.has(pair)) fail(`grant: expected it once, got ${pair} again`);
    seen.add(pair);
  }
  return faults;
}

export const genesis = defineGenesis<GenesisState>({
  codec: GenesisState,
  message: "cosmos.feegrant.v1beta1.GenesisState",
  validate,
  init(ctx, { allowances }) {
    layout.set(ctx, 1);
    for (const { granter, grantee, allowance } of allowances) {
      if (allowance === undefined) continue;
      const parties = { granter: granter as Address, grantee: grantee as Address };
      ensureAccount(ctx, parties.grantee);
      // Also one that has expired meanwhile: the first block ends it.
      addGrant(ctx, parties, allowance);
    }
  },
  export: (ctx) => ({ allowances: [...grants.values(ctx)] }),
});
