import type { Address, Amount } from "../../../core/brand.ts";
import { proto } from "../../../core/codec.ts";
import type { Ctx } from "../../../core/context.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgAnnounceInstanceResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { toModule } from "../../bank/index.ts";
import { checkHash, checkName, checkVersion } from "../checks.ts";
import { errors } from "../errors.ts";
import { instanceAnnounced } from "../events.ts";
import { requireService } from "../name.ts";
import { isPlainText } from "../names.ts";
import { findRelease } from "../releases.ts";
import { instances, params } from "../state.ts";
import { MsgAnnounceInstance, ReleaseStatus } from "../types.ts";

const maxEndpoint = 256;

export const announceInstance = defineMsg({
  typeUrl: "/assay.registry.v1.MsgAnnounceInstance",
  request: MsgAnnounceInstance,
  response: proto(MsgAnnounceInstanceResponse),
  signer: (msg) => msg.node,
  validate({ service, version, endpoint, envHash }) {
    checkName("service", service);
    checkVersion(version);
    checkHash("env_hash", envHash);
    if (isPlainText(endpoint, maxEndpoint)) return;
    throw errors.invalidEndpoint(
      `endpoint: expected at most ${maxEndpoint} printable ASCII characters, got "${endpoint}"`,
    );
  },
  handle(ctx, { node, service, version, endpoint, envHash }) {
    requireService(ctx, service);
    const status = findRelease(ctx, service, version)?.status;
    if (status !== ReleaseStatus.RELEASE_STATUS_ACTIVE) {
      throw errors.releaseNotActive(`version: expected an active one, got ${service}@${version}`);
    }
    const earlier = instances.get(ctx, [service, node]);
    const deposit = earlier?.deposit ?? takeInstanceDeposit(ctx, node);
    instances.set(ctx, [service, node], {
      service,
      node,
      version,
      endpoint,
      envHash,
      announcedHeight: ctx.block.height,
      announcedMs: ctx.block.timeMs,
      deposit,
    });
    emit(ctx, instanceAnnounced, { service, version, node });
    return {};
  },
});

function takeInstanceDeposit(ctx: Ctx, node: Address): Amount {
  const { denom, instanceDeposit } = params.get(ctx);
  toModule(ctx, node, "registry", denom, instanceDeposit);
  return instanceDeposit;
}
