import { defineModule } from "../../core/module.ts";
import { endBlock } from "./endBlock.ts";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { acceptName } from "./msgs/acceptName.ts";
import { announceInstance } from "./msgs/announceInstance.ts";
import { commitName } from "./msgs/commitName.ts";
import { endInstance } from "./msgs/endInstance.ts";
import { offerName } from "./msgs/offerName.ts";
import { publishRelease } from "./msgs/publishRelease.ts";
import { registerService } from "./msgs/registerService.ts";
import { registerUser } from "./msgs/registerUser.ts";
import { retireName } from "./msgs/retireName.ts";
import { rotateKey } from "./msgs/rotateKey.ts";
import { setReleaseStatus } from "./msgs/setReleaseStatus.ts";
import { updateProfile } from "./msgs/updateProfile.ts";
import { queries } from "./queries.ts";

export const registryModule = defineModule({
  name: "registry",
  store: "registry",
  version: 1,
  msgs: [
    commitName,
    registerUser,
    registerService,
    updateProfile,
    rotateKey,
    offerName,
    acceptName,
    retireName,
    publishRelease,
    setReleaseStatus,
    announceInstance,
    endInstance,
  ],
  queries,
  genesis,
  invariants,
  endBlock,
});
