export { balance, supply } from "./balances.ts";
export { coinsFault, coinsField, coinsText, coinText, isDenom, type Coin } from "./coins.ts";
export { errors } from "./errors.ts";
export { bankModule } from "./module.ts";
export { defaultParams, params } from "./params.ts";
export {
  burn,
  fromModule,
  mint,
  moduleAccounts,
  moduleToModule,
  requireReceiver,
  send,
  toModule,
} from "./transfers.ts";
