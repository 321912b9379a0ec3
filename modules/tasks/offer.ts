import type { ReadCtx } from "../../core/context.ts";
import * as registry from "../registry/index.ts";
import { errors } from "./errors.ts";
import { escrowFor, priceOf } from "./escrow.ts";
import { Compare, type Escrow, type Params } from "./types.ts";

export type Wanted = {
  readonly service: string;
  readonly version: string;
  readonly taskKey: string;
  readonly inputSize: bigint;
  readonly validators: number;
};

export type Offer = {
  readonly service: registry.Service;
  readonly release: registry.Release;
  readonly definition: registry.TaskDefinition;
  readonly escrow: Escrow;
};

/** What a request would run and cost, or the refusal; a quote and a request answer alike. */
export function requireOffer(ctx: ReadCtx, wanted: Wanted, params: Params): Offer {
  const service = registry.requireService(ctx, wanted.service);
  const release = registry.resolveRelease(ctx, wanted.service, wanted.version);
  if (release === undefined) {
    throw errors.unknownRelease(
      `version: expected a release of ${wanted.service}, got "${wanted.version}"`,
    );
  }
  const definition = registry.findTask(release, wanted.taskKey);
  if (definition === undefined) {
    throw errors.unknownTaskKey(
      `task_key: expected a task of ${wanted.service} ${release.version}, got "${wanted.taskKey}"`,
    );
  }
  requireServed(definition.compare);
  requireValidators(wanted.validators, definition.minValidators, params.maxValidators);
  if (wanted.inputSize > BigInt(definition.maxInput)) {
    throw errors.inputTooLarge(
      `input: expected at most ${definition.maxInput} bytes, got ${wanted.inputSize}`,
    );
  }
  const escrow = escrowFor({
    price: priceOf(definition.price, wanted.inputSize),
    validators: wanted.validators,
    attempts: params.attempts,
    validatorFee: params.validatorFee,
    authorShare: release.definition.authorShare,
    tax: params.tax,
    postFee: params.postFee,
  });
  return { service, release, definition, escrow };
}

function requireServed(compare: Compare): void {
  if (compare === Compare.COMPARE_EXACT || compare === Compare.COMPARE_FIELDS) return;
  throw errors.notServed(
    `compare: expected EXACT or FIELDS, got ${compare}: not served by this version`,
  );
}

function requireValidators(wanted: number, min: number, max: number): void {
  if (wanted >= min && wanted <= max) return;
  throw errors.validatorsOutOfRange(`validators: expected ${min}..${max}, got ${wanted}`);
}
