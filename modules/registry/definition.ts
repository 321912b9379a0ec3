import type { Amount, Dec, Hash } from "../../core/brand.ts";
import { compareAscii } from "../../core/bytes.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { one } from "../../core/math/dec.ts";
import { amount, divCeil, divFloor } from "../../core/math/integers.ts";
import { checkEvent } from "./eventDefinition.ts";
import { checkRange, limits, refuse } from "./limits.ts";
import { isName } from "./names.ts";
import { checkTask } from "./taskDefinition.ts";
import { Definition, Role, type Price } from "./types.ts";

const maxAuthorShare = divFloor(one, 5n) as Dec;
/** A seat puts at stake at least this many times the price of a call. */
const bondPerPrice = 1_000n;

/** Of its canonical bytes: equal in Node, in a browser and in any other language. */
export function definitionHash(definition: Definition): Hash {
  return taggedHash("definition", Definition.encode(definition));
}

/** Price of the largest call: per_call and per_kib for each started KiB. */
export function highestPrice(price: Price, maxInput: number): Amount {
  return amount(price.perCall + price.perKib * divCeil(BigInt(maxInput), 1_024n));
}

/** All checks that need no state; the parameters' part is `checkAgainstParams`. */
export function checkDefinition(definition: Definition): void {
  const { tasks, events, roles, minBond, minCommitmentMs, authorShare } = definition;
  if (tasks.length + events.length === 0) refuse("definition", "a task or an event", "none");
  checkKeys("tasks", tasks);
  checkKeys("events", events);
  checkRoles(definition);
  for (const task of tasks) {
    checkTask(task);
    const least = highestPrice(task.price, task.maxInput) * bondPerPrice;
    if (minBond < least) {
      refuse("min_bond", `at least ${least}, 1000 times the price of ${task.key}`, minBond);
    }
  }
  for (const event of events) checkEvent(event);
  if (minBond === 0n) refuse("min_bond", "more than 0", 0);
  if (minCommitmentMs > limits.commitmentMs) {
    refuse("min_commitment_ms", `at most ${limits.commitmentMs}`, minCommitmentMs);
  }
  if (authorShare > maxAuthorShare)
    refuse("author_share", `at most ${maxAuthorShare}`, authorShare);
  for (const role of roles) checkRange("roles", role, 1, 3);
}

export function checkAgainstParams(definition: Definition, minPrice: Amount): void {
  for (const { key, price } of definition.tasks) {
    if (price.perCall < minPrice) {
      refuse(`${key}.price.per_call`, `at least ${minPrice}`, price.perCall);
    }
  }
}

function checkKeys(name: string, entries: readonly { readonly key: string }[]): void {
  if (entries.length > limits.entries) refuse(name, `at most ${limits.entries}`, entries.length);
  let previous = "";
  for (const { key } of entries) {
    if (!isName(key)) refuse(`${name}.key`, "the name rule", `"${key}"`);
    if (compareAscii(previous, key) >= 0)
      refuse(`${name}.key`, `one after "${previous}"`, `"${key}"`);
    previous = key;
  }
}

/** Ascending, and enough for what is offered. */
function checkRoles({ roles, tasks, events }: Definition): void {
  let previous = 0;
  for (const role of roles) {
    if (role <= previous) refuse("roles", `one after ${previous}`, role);
    previous = role;
  }
  const need = (role: Role, needed: boolean): void => {
    if (needed && !roles.includes(role)) refuse("roles", `role ${role}`, `"${roles.join(",")}"`);
  };
  need(Role.ROLE_EXECUTOR, tasks.length > 0);
  need(
    Role.ROLE_VALIDATOR,
    tasks.some((task) => task.minValidators > 0),
  );
  need(Role.ROLE_EMITTER, events.length > 0);
  if (roles.length === 0) refuse("roles", "at least one", "none");
}
