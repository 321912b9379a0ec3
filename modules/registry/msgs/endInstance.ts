import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgEndInstanceResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { fromModule } from "../../bank/index.ts";
import { checkName } from "../checks.ts";
import { errors } from "../errors.ts";
import { instanceEnded } from "../events.ts";
import { instances, params } from "../state.ts";
import { MsgEndInstance } from "../types.ts";

/** Only the node itself; also when the service is gone, so that the deposit always comes back. */
export const endInstance = defineMsg({
  typeUrl: "/assay.registry.v1.MsgEndInstance",
  request: MsgEndInstance,
  response: proto(MsgEndInstanceResponse),
  signer: (msg) => msg.node,
  validate: (msg) => checkName("service", msg.service),
  handle(ctx, { node, service }) {
    const instance = instances.get(ctx, [service, node]);
    if (instance === undefined) {
      throw errors.unknownInstance(`instance: expected one of ${node} on ${service}, got none`);
    }
    instances.remove(ctx, [service, node]);
    fromModule(ctx, "registry", node, params.get(ctx).denom, instance.deposit);
    emit(ctx, instanceEnded, { service, node });
    return {};
  },
});
