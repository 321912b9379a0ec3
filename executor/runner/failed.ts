/** The service did not give a usable answer; the node stays silent rather than wrong. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
}
