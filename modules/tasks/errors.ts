import { registerErrors } from "../../core/errors.ts";

/** Append only. */
export const errors = registerErrors("tasks", {
  notServed: 2,
  invalidInput: 3,
  invalidTags: 4,
  unknownRelease: 5,
  unknownTaskKey: 6,
  validatorsOutOfRange: 7,
  inputTooLarge: 8,
  feeAboveMax: 9,
  tooFewNodes: 10,
  tooManyRequests: 11,
  seatsTaken: 12,
  serviceSeatsTaken: 13,
  unknownTask: 14,
  notRequester: 15,
  alreadyDrawn: 16,
  invalidPosts: 17,
  notInCommit: 18,
  noCommitment: 19,
  wrongOpening: 20,
  ownLeak: 21,
  hopelessPost: 22,
});
