// Cosmos SDK and CometBFT types, as the wallets' own library encodes them: never redefined here.
// Where two packages use one name, ours carries the package in front.
import "./cosmjsBinary.ts";

export { Any } from "cosmjs-types/google/protobuf/any";
export { Duration } from "cosmjs-types/google/protobuf/duration";
export { Timestamp } from "cosmjs-types/google/protobuf/timestamp";

export { Coin } from "cosmjs-types/cosmos/base/v1beta1/coin";
export { PageRequest, PageResponse } from "cosmjs-types/cosmos/base/query/v1beta1/pagination";
export {
  GasInfo,
  Result,
  SimulationResponse,
  TxMsgData,
} from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
export {
  ConfigRequest as QueryNodeConfigRequest,
  ConfigResponse as QueryNodeConfigResponse,
  StatusRequest as QueryNodeStatusRequest,
  StatusResponse as QueryNodeStatusResponse,
} from "cosmjs-types/cosmos/base/node/v1beta1/query";
export {
  GetNodeInfoRequest,
  GetNodeInfoResponse,
  GetSyncingRequest,
  GetSyncingResponse,
} from "cosmjs-types/cosmos/base/tendermint/v1beta1/query";

export {
  BaseAccount,
  ModuleAccount,
  Params as AuthParams,
} from "cosmjs-types/cosmos/auth/v1beta1/auth";
export { GenesisState as AuthGenesisState } from "cosmjs-types/cosmos/auth/v1beta1/genesis";
export {
  AddressBytesToStringRequest,
  AddressBytesToStringResponse,
  AddressStringToBytesRequest,
  AddressStringToBytesResponse,
  Bech32PrefixRequest,
  Bech32PrefixResponse,
  QueryAccountAddressByIDRequest,
  QueryAccountAddressByIDResponse,
  QueryAccountInfoRequest,
  QueryAccountInfoResponse,
  QueryAccountRequest,
  QueryAccountResponse,
  QueryAccountsRequest,
  QueryAccountsResponse,
  QueryModuleAccountByNameRequest,
  QueryModuleAccountByNameResponse,
  QueryModuleAccountsRequest,
  QueryModuleAccountsResponse,
  QueryParamsRequest as QueryAuthParamsRequest,
  QueryParamsResponse as QueryAuthParamsResponse,
} from "cosmjs-types/cosmos/auth/v1beta1/query";

export {
  DenomUnit,
  Input,
  Metadata,
  Output,
  Params as BankParams,
  SendEnabled,
} from "cosmjs-types/cosmos/bank/v1beta1/bank";
export {
  Balance,
  GenesisState as BankGenesisState,
} from "cosmjs-types/cosmos/bank/v1beta1/genesis";
export {
  DenomOwner,
  QueryAllBalancesRequest,
  QueryAllBalancesResponse,
  QueryBalanceRequest,
  QueryBalanceResponse,
  QueryDenomMetadataByQueryStringRequest,
  QueryDenomMetadataByQueryStringResponse,
  QueryDenomMetadataRequest,
  QueryDenomMetadataResponse,
  QueryDenomOwnersRequest,
  QueryDenomOwnersResponse,
  QueryDenomsMetadataRequest,
  QueryDenomsMetadataResponse,
  QueryParamsRequest as QueryBankParamsRequest,
  QueryParamsResponse as QueryBankParamsResponse,
  QuerySendEnabledRequest,
  QuerySendEnabledResponse,
  QuerySpendableBalanceByDenomRequest,
  QuerySpendableBalanceByDenomResponse,
  QuerySpendableBalancesRequest,
  QuerySpendableBalancesResponse,
  QuerySupplyOfRequest,
  QuerySupplyOfResponse,
  QueryTotalSupplyRequest,
  QueryTotalSupplyResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
export {
  MsgMultiSend,
  MsgMultiSendResponse,
  MsgSend,
  MsgSendResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/tx";

export {
  AllowedMsgAllowance,
  BasicAllowance,
  Grant,
  PeriodicAllowance,
} from "cosmjs-types/cosmos/feegrant/v1beta1/feegrant";
export { GenesisState as FeegrantGenesisState } from "cosmjs-types/cosmos/feegrant/v1beta1/genesis";
export {
  QueryAllowanceRequest,
  QueryAllowanceResponse,
  QueryAllowancesByGranterRequest,
  QueryAllowancesByGranterResponse,
  QueryAllowancesRequest,
  QueryAllowancesResponse,
} from "cosmjs-types/cosmos/feegrant/v1beta1/query";
export {
  MsgGrantAllowance,
  MsgGrantAllowanceResponse,
  MsgPruneAllowances,
  MsgPruneAllowancesResponse,
  MsgRevokeAllowance,
  MsgRevokeAllowanceResponse,
} from "cosmjs-types/cosmos/feegrant/v1beta1/tx";

export { PubKey as Ed25519PubKey } from "cosmjs-types/cosmos/crypto/ed25519/keys";
export { LegacyAminoPubKey } from "cosmjs-types/cosmos/crypto/multisig/keys";
export {
  CompactBitArray,
  MultiSignature,
} from "cosmjs-types/cosmos/crypto/multisig/v1beta1/multisig";
export { PubKey as Secp256k1PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
export { Pair, Pairs } from "cosmjs-types/cosmos/store/internal/kv/v1beta1/kv";
export { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
export { SimulateRequest, SimulateResponse } from "cosmjs-types/cosmos/tx/v1beta1/service";
export {
  AuthInfo,
  Fee,
  ModeInfo,
  SignDoc,
  SignerInfo,
  Tx,
  TxBody,
  TxRaw,
} from "cosmjs-types/cosmos/tx/v1beta1/tx";

export { ProofOps } from "cosmjs-types/tendermint/crypto/proof";
export { PublicKey as ConsensusPublicKey } from "cosmjs-types/tendermint/crypto/keys";
export { ConsensusParams } from "cosmjs-types/tendermint/types/params";
