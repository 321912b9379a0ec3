import { proto } from "../../../core/codec.ts";
import { utf8Encode } from "../../../core/bytes.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgSetReleaseStatusResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { checkName, checkVersion } from "../checks.ts";
import { errors } from "../errors.ts";
import { releaseStatusSet } from "../events.ts";
import { requireOwnService } from "../name.ts";
import { findRelease, setStatus } from "../releases.ts";
import { statusText } from "../statuses.ts";
import { MsgSetReleaseStatus, ReleaseStatus } from "../types.ts";

const maxReasonBytes = 256;

export const setReleaseStatus = defineMsg({
  typeUrl: "/assay.registry.v1.MsgSetReleaseStatus",
  request: MsgSetReleaseStatus,
  response: proto(MsgSetReleaseStatusResponse),
  signer: (msg) => msg.owner,
  validate({ service, version, status, reason }) {
    checkName("service", service);
    checkVersion(version);
    statusText(status);
    const size = utf8Encode(reason).length;
    if (size > maxReasonBytes) {
      throw errors.invalidReason(`reason: expected at most ${maxReasonBytes} bytes, got ${size}`);
    }
  },
  handle(ctx, { owner, service: name, version, status, reason }) {
    const service = requireOwnService(ctx, name, owner);
    const release = findRelease(ctx, name, version);
    if (release === undefined) {
      throw errors.unknownRelease(`version: expected a published one, got ${name}@${version}`);
    }
    // Who yanked once warned everybody off: a release never comes back from that.
    if (release.status === ReleaseStatus.RELEASE_STATUS_YANKED) {
      throw errors.releaseYanked(`status: expected active or deprecated, got yanked`);
    }
    setStatus(ctx, service, { ...release, status, statusReason: reason });
    emit(ctx, releaseStatusSet, { service: name, version, status: statusText(status) });
    return {};
  },
});
