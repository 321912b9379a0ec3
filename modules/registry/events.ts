import { defineEvent } from "../../core/events.ts";
import * as wire from "../../proto/gen/assay/registry/v1/event.ts";

export const nameCommitted = defineEvent(wire.EventNameCommitted, "name_committed");
export const nameCommitmentExpired = defineEvent(
  wire.EventNameCommitmentExpired,
  "name_commitment_expired",
);
export const userRegistered = defineEvent(wire.EventUserRegistered, "user_registered", [
  "username",
  "owner",
]);
export const userUpdated = defineEvent(wire.EventUserUpdated, "user_updated", ["username"]);
export const serviceRegistered = defineEvent(wire.EventServiceRegistered, "service_registered", [
  "service",
  "owner",
]);
export const nameOffered = defineEvent(wire.EventNameOffered, "name_offered", ["name", "to"]);
export const nameTransferred = defineEvent(wire.EventNameTransferred, "name_transferred", [
  "name",
  "from",
  "to",
]);
export const nameRetired = defineEvent(wire.EventNameRetired, "name_retired", ["name"]);
export const releasePublished = defineEvent(wire.EventReleasePublished, "release_published", [
  "service",
]);
export const releaseStatusSet = defineEvent(wire.EventReleaseStatusSet, "release_status_set", [
  "service",
]);
export const instanceAnnounced = defineEvent(wire.EventInstanceAnnounced, "instance_announced", [
  "service",
  "node",
]);
export const instanceEnded = defineEvent(wire.EventInstanceEnded, "instance_ended", [
  "service",
  "node",
]);
