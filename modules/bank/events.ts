import type { Address } from "../../core/brand.ts";
import type { EventAttribute, EventLog } from "../../core/events.ts";
import { coinsText, type Coin } from "./coins.ts";

// The SDK's own events (docs/WIRE.md 9): no message documents them, so they do not pass through `emit`.
type Log = { readonly events: EventLog };

function plain(key: string, value: string): EventAttribute {
  return { key, value, index: false };
}

/** Only what clients search is indexed: the index is never pruned. */
function searched(key: string, value: string): EventAttribute {
  return { key, value, index: true };
}

export function emitCoinSpent(ctx: Log, spender: Address, coins: readonly Coin[]): void {
  const attributes = [plain("spender", spender), plain("amount", coinsText(coins))];
  ctx.events.add({ type: "coin_spent", attributes });
}

export function emitCoinReceived(ctx: Log, receiver: Address, coins: readonly Coin[]): void {
  const attributes = [plain("receiver", receiver), plain("amount", coinsText(coins))];
  ctx.events.add({ type: "coin_received", attributes });
}

export function emitTransfer(ctx: Log, from: Address, to: Address, coins: readonly Coin[]): void {
  const ends = [searched("recipient", to), searched("sender", from)];
  const attributes = [...ends, plain("amount", coinsText(coins))];
  ctx.events.add({ type: "transfer", attributes });
}

export function emitSender(ctx: Log, sender: Address): void {
  ctx.events.add({ type: "message", attributes: [searched("sender", sender)] });
}

export function emitCoinbase(ctx: Log, minter: Address, coins: readonly Coin[]): void {
  const attributes = [plain("minter", minter), plain("amount", coinsText(coins))];
  ctx.events.add({ type: "coinbase", attributes });
}

export function emitBurn(ctx: Log, burner: Address, coins: readonly Coin[]): void {
  const attributes = [plain("burner", burner), plain("amount", coinsText(coins))];
  ctx.events.add({ type: "burn", attributes });
}
